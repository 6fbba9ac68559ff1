// Networks against torchvision's under the same random weights: logits, loss, the gradient of every
// parameter and the running statistics, in evaluation and in training mode.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "graft/core/ops.h"
#include "models/golden_model.h"

namespace {

using graft::Tensor;
using graft::testing::GoldenModel;
using graft::testing::signature_deviation;

constexpr double kTolerance = 1e-4;

// The largest deviations of one network in one mode; docs/results.md shows them.
struct Deviations {
  double logits = 0, loss = 0, gradients = 0, statistics = 0;
};

double logit_deviation(const Tensor& logits, const Tensor& expected) {
  const auto a = logits.values<float>(), b = expected.values<float>();
  double largest = 0, worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
  }
  return worst / largest;
}

// Dropout has p = 0 in the golden run; here it is switched off as a frozen layer is.
void freeze_dropout(graft::layers::Network& network) {
  network.for_each_module([](const std::string&, graft::layers::Module& module) {
    if (!module.wants_gradients() && module.named_tensors().empty()) module.freeze();
  });
}

void compare(GoldenModel& model, const std::string& mode) {
  CAPTURE(model.name);
  CAPTURE(mode);
  model.reset_state();
  model.network->train(mode == "train");
  freeze_dropout(*model.network);
  Deviations worst;
  const Tensor logits = (*model.network)(model.input(mode));
  worst.logits = logit_deviation(logits, model.expected(mode + "/logits"));
  const Tensor loss = graft::cross_entropy(logits, model.labels());
  const double expected_loss = model.expected(mode + "/loss").item();
  worst.loss = std::abs(loss.item() - expected_loss) / std::abs(expected_loss);
  graft::backward(loss);
  for (graft::NamedTensor entry : model.network->parameters()) {
    CAPTURE(entry.path);
    REQUIRE(entry.tensor.grad().defined());
    entry.tensor = entry.tensor.grad();
    const double deviation =
        signature_deviation(entry, model.expected(mode + "/grad/" + entry.path));
    CHECK(deviation < kTolerance);
    worst.gradients = std::max(worst.gradients, deviation);
  }
  for (const graft::NamedTensor& entry : model.network->named_tensors()) {
    if (mode != "train" || !entry.buffer || entry.tensor.dtype() != graft::DType::F32) continue;
    CAPTURE(entry.path);
    const double deviation =
        signature_deviation(entry, model.expected("train/stats/" + entry.path));
    CHECK(deviation < kTolerance);
    worst.statistics = std::max(worst.statistics, deviation);
  }
  CHECK(worst.logits < kTolerance);
  CHECK(worst.loss < kTolerance);
  MESSAGE("largest deviations: ", model.name, " ", mode, " logits ", worst.logits, " loss ",
          worst.loss, " gradients ", worst.gradients, " statistics ", worst.statistics);
}

// Evaluation without gradients runs convolution, norm and activation folded into one kernel.
void compare_folded(GoldenModel& model) {
  CAPTURE(model.name);
  model.reset_state();
  model.network->eval();
  const graft::NoGrad no_grad;
  const Tensor logits = (*model.network)(model.input("eval"));
  CHECK(logit_deviation(logits, model.expected("eval/logits")) < kTolerance);
}

void compare_all(const char* name) {
  GoldenModel model(name);
  compare(model, "eval");
  compare(model, "train");
  compare_folded(model);
}

}  // namespace

TEST_CASE("golden models: resnet18") { compare_all("resnet18"); }
TEST_CASE("golden models: resnet34") { compare_all("resnet34"); }
TEST_CASE("golden models: resnet50") { compare_all("resnet50"); }
TEST_CASE("golden models: squeezenet1_1") { compare_all("squeezenet1_1"); }
TEST_CASE("golden models: mobilenet_v2") { compare_all("mobilenet_v2"); }
