// The pages that the command writes.
#include <doctest/doctest.h>

#include "graft/data/in_memory.h"
#include "graft/tools/report/evaluation_report.h"
#include "graft/tools/report/html.h"

namespace graft::report {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// `classes` classes with one grey pixel each.
data::InMemory one_of_each(int64_t classes) {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  std::vector<std::string> names;
  for (int64_t i = 0; i < classes; ++i) {
    images.emplace_back(1, 1, 3);
    labels.push_back(i);
    names.push_back("<c" + std::to_string(i) + ">");
  }
  return {"drawn", std::move(images), std::move(labels), std::move(names)};
}

// Every sample is taken for class 0.
Tensor zero_wins(int64_t classes) {
  Tensor logits = Tensor::zeros({classes, classes});
  for (int64_t i = 0; i < classes; ++i) logits.data<float>()[i * classes] = 1;
  return logits;
}

}  // namespace

TEST_CASE("report: one epoch is a point, more are a line") {
  const std::string one = line_chart("Loss", "epoch", {{"train", {0.5}}});
  CHECK(holds(one, "<circle r=\"4\""));
  CHECK(holds(one, ">epoch 1</text>"));
  const std::string two = line_chart("Loss", "epoch", {{"train", {0.5, 0.25}}});
  CHECK_FALSE(holds(two, "<circle"));
  CHECK(holds(two, ">epoch 1 to 2</text>"));
}

TEST_CASE("report: a confusion table scrolls and stays readable, of many classes a list") {
  const std::string table = confusion_section(zero_wins(3), one_of_each(3));
  CHECK(holds(table, "<div class=\"wide\"><table class=\"confusion\">"));
  CHECK(holds(table, "rgba(46,125,50,0.6)\">1</td>"));  // never darker
  CHECK(holds(table, "&lt;c2&gt;"));
  const std::string list = confusion_section(zero_wins(100), one_of_each(100));
  CHECK_FALSE(holds(list, "class=\"confusion\""));
  CHECK(holds(list, "<tr><td>&lt;c1&gt;</td><td>&lt;c0&gt;</td><td>1</td></tr>"));
  CHECK(holds(list, "&lt;c50&gt;"));
  CHECK_FALSE(holds(list, "&lt;c51&gt;"));  // the 50 most frequent
}

TEST_CASE("report: the confidence of a mistake does not break over lines") {
  const std::string mistakes = mistakes_section(zero_wins(2), one_of_each(2), 5);
  CHECK(holds(mistakes, "&lt;c1&gt;, taken for &lt;c0&gt; (73\u00a0%)"));
}

}  // namespace graft::report
