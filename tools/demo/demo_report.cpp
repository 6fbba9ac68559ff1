#include "graft/tools/demo/demo_report.h"

#include <algorithm>
#include <cstdio>

#include "graft/tools/demo/drawing.h"
#include "graft/tools/report/evaluation_report.h"
#include "graft/tools/report/html.h"
#include "graft/tools/report/statistics.h"

namespace graft::demo {
namespace {

using report::Spread;

std::string number(double value, const char* format = "%.1f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::vector<std::vector<std::string>> table_rows(const ExperimentResult& result) {
  const std::vector<double> scratch = result.accuracies(Method::Scratch);
  std::vector<std::vector<std::string>> rows;
  for (const Method method : kMethods) {
    const std::vector<double> values = result.accuracies(method);
    const Spread accuracy = report::spread(values), gain = report::paired_gain(values, scratch);
    rows.push_back({to_string(method), number(accuracy.mean) + " +- " + number(accuracy.deviation),
                    method == Method::Scratch
                        ? "-"
                        : number(gain.mean, "%+.1f") +
                              " (95 %: " + number(gain.mean - gain.half_interval, "%+.1f") +
                              " to " + number(gain.mean + gain.half_interval, "%+.1f") + ")"});
  }
  return rows;
}

const std::vector<std::string> kHeader{"method", "test accuracy %", "gain over scratch"};

Method best_method(const ExperimentResult& result) {
  return *std::max_element(kMethods.begin(), kMethods.end(), [&](Method a, Method b) {
    return report::spread(result.accuracies(a)).mean < report::spread(result.accuracies(b)).mean;
  });
}

const TargetRun& first_run(const ExperimentResult& result, Method method) {
  return *std::find_if(result.runs.begin(), result.runs.end(),
                       [method](const TargetRun& run) { return run.method == method; });
}

std::string samples(std::span<const ShapeClass> shapes, const char* heading) {
  const auto drawn = draw_dataset(shapes, 1, 0);
  std::string out = "<h2>" + report::escape(heading) + "</h2>\n";
  for (int64_t i = 0; i < drawn->size(); ++i)
    out += report::picture(drawn->image(i), 64, shapes[static_cast<size_t>(i)].name);
  return out;
}

std::string learning_curves(const ExperimentResult& result) {
  std::vector<report::Series> series;
  for (const Method method : kMethods) {
    report::Series line{to_string(method), {}};
    for (const transfer::EpochResult& epoch : first_run(result, method).training.history)
      line.values.push_back(epoch.train_loss);
    series.push_back(std::move(line));
  }
  return report::line_chart("Training loss on the few examples (first seed)", "epoch", series);
}

}  // namespace

std::string text_table(const ExperimentResult& result) {
  std::string out;
  const auto line = [&out](const std::vector<std::string>& cells) {
    char text[160];
    std::snprintf(text, sizeof text, "%-16s  %-16s  %s\n", cells[0].c_str(), cells[1].c_str(),
                  cells[2].c_str());
    out += text;
  };
  line(kHeader);
  for (const auto& row : table_rows(result)) line(row);
  return out;
}

std::string html_report(const ExperimentResult& result, const ExperimentOptions& options) {
  const Method best = best_method(result);
  const TargetRun& run = first_run(result, best);
  const std::string what =
      "<p>A small residual network learned " + std::to_string(source_shapes().size()) +
      " drawn shapes (" + number(100 * result.source.accuracy()) +
      " % right on pictures held out). Then it met " + std::to_string(target_shapes().size()) +
      " shapes it had never seen, with " + std::to_string(options.target_per_class) +
      " examples each, and was measured on " + std::to_string(result.test_set->size()) +
      " other pictures, over " + std::to_string(options.seeds) + " seeds.</p>";
  return report::page(
      "Graft: what a pretrained network is worth",
      {what, report::table(kHeader, table_rows(result)), learning_curves(result),
       "<p>Below: " + report::escape(to_string(best)) + ", first seed.</p>" +
           report::confusion_section(run.test.logits, *result.test_set),
       report::mistakes_section(run.test.logits, *result.test_set, 16),
       samples(source_shapes(), "The source task"), samples(target_shapes(), "The target task")});
}

}  // namespace graft::demo
