#include "graft/tools/report/evaluation_report.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

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

using Counts = std::vector<std::vector<int64_t>>;
constexpr size_t kLargestTable = 30;  // classes
constexpr size_t kConfusions = 50;    // rows

// Rows {true, predicted, count} of wrong predictions, the most frequent first.
std::vector<std::vector<std::string>> frequent_confusions(const Counts& counts,
                                                          const std::vector<std::string>& names) {
  struct Pair {
    int64_t count;
    size_t truth, predicted;
  };
  std::vector<Pair> pairs;
  for (size_t i = 0; i < counts.size(); ++i)
    for (size_t j = 0; j < counts[i].size(); ++j)
      if (i != j && counts[i][j] > 0) pairs.push_back({counts[i][j], i, j});
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.count > b.count; });
  pairs.resize(std::min(pairs.size(), kConfusions));
  std::vector<std::vector<std::string>> rows;
  for (const Pair& pair : pairs)
    rows.push_back({names.at(pair.truth), names.at(pair.predicted), std::to_string(pair.count)});
  return rows;
}

// "" where no loss was scaled.
std::string note_on_loss_scale(const std::vector<transfer::EpochResult>& history) {
  if (history.empty() || !history.back().loss_scale) return "";
  std::ostringstream out;
  out << "<p>Trained in f16. Steps skipped because their gradients were too large for it: "
      << transfer::skipped_steps(history)
      << "; loss scale at the end: " << *history.back().loss_scale << ".</p>\n";
  return out.str();
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
  return out + note_on_loss_scale(history);
}

std::string confusion_section(const Tensor& logits, const data::Dataset& dataset) {
  const Counts counts = transfer::confusion_matrix(logits, transfer::labels_of(dataset));
  const std::vector<std::string>& names = dataset.class_names();
  if (names.size() <= kLargestTable) return "<h2>Confusion</h2>\n" + confusion_table(counts, names);
  return "<h2>Most frequent confusions</h2>\n" +
         table({"true", "taken for", "pictures"}, frequent_confusions(counts, names));
}

std::string mistakes_section(const Tensor& logits, const data::Dataset& dataset, size_t count) {
  const std::vector<std::string>& names = dataset.class_names();
  std::string out = "<h2>Worst mistakes</h2>\n";
  for (const Mistake& mistake : worst_mistakes(logits, transfer::labels_of(dataset), count)) {
    char confidence[32];
    std::snprintf(confidence, sizeof confidence, " (%.0f\u00a0%%)", 100 * mistake.confidence);
    out += picture(thumbnail(dataset.image(mistake.sample)), 96,
                   names.at(static_cast<size_t>(mistake.truth)) + ", taken for " +
                       names.at(static_cast<size_t>(mistake.predicted)) + confidence);
  }
  return out;
}

}  // namespace graft::report
