#include "graft/tools/report/evaluation_report.h"

#include <cstdio>

#include "graft/data/resize.h"
#include "graft/tools/report/html.h"
#include "graft/tools/report/mistakes.h"
#include "graft/transfer/training/evaluate.h"

namespace graft::report {
namespace {

constexpr int64_t kThumbnail = 96;

// Small enough for a page of many pictures.
data::Image thumbnail(const data::Image& image) {
  if (std::min(image.height(), image.width()) <= kThumbnail) return image;
  return data::resize_short_side(image, kThumbnail, ResizeFilter::Bilinear);
}

}  // namespace

std::string learning_curves(const std::vector<transfer::EpochResult>& history) {
  Series train{"train loss", {}}, dev{"dev loss", {}}, accuracy{"dev accuracy %", {}};
  for (const transfer::EpochResult& epoch : history) {
    train.values.push_back(epoch.train_loss);
    if (!epoch.dev) continue;
    dev.values.push_back(epoch.dev->loss);
    accuracy.values.push_back(100 * epoch.dev->accuracy());
  }
  std::string out = line_chart("Loss", "epoch", {train, dev});
  if (!accuracy.values.empty()) out += line_chart("Accuracy", "epoch", {accuracy});
  return out;
}

std::string confusion_section(const Tensor& logits, const data::Dataset& dataset) {
  return "<h2>Confusion</h2>\n" +
         confusion_table(transfer::confusion_matrix(logits, transfer::labels_of(dataset)),
                         dataset.class_names());
}

std::string mistakes_section(const Tensor& logits, const data::Dataset& dataset, size_t count) {
  const std::vector<std::string>& names = dataset.class_names();
  std::string out = "<h2>Worst mistakes</h2>\n";
  for (const Mistake& mistake : worst_mistakes(logits, transfer::labels_of(dataset), count)) {
    char confidence[32];
    std::snprintf(confidence, sizeof confidence, " (%.0f %%)", 100 * mistake.confidence);
    out += picture(thumbnail(dataset.image(mistake.sample)), 96,
                   names.at(static_cast<size_t>(mistake.truth)) + ", taken for " +
                       names.at(static_cast<size_t>(mistake.predicted)) + confidence);
  }
  return out;
}

}  // namespace graft::report
