#include <doctest/doctest.h>

#include "graft/transfer/weights/weight_file.h"
#include "support/assets.h"

namespace graft::transfer {
namespace {

using testing::asset;
using testing::skip;

int64_t trainable(const WeightFile& weights) {
  int64_t sum = 0;
  for (const WeightFile::Entry& entry : weights.entries()) {
    const std::string_view name = entry.name;
    if (name.find("running_") == name.npos && !name.ends_with("num_batches_tracked"))
      sum += entry.tensor.numel();
  }
  return sum;
}

}  // namespace

TEST_CASE("real weights: the older PyTorch stream, resnet20 and resnet32") {
  struct {
    const char* name;
    size_t tensors;
    int64_t parameters;
    double best;
  } const files[] = {{"weights/resnet20-12fca82f.th", 97, 269'722, 91.78},
                     {"weights/resnet32-d509ac18.th", 157, 464'154, 92.78}};
  for (const auto& expected : files) {
    const auto path = asset(expected.name);
    if (!path) return skip(expected.name);
    const WeightFile weights = read_weights(*path);
    CHECK(weights.size() == expected.tensors);
    CHECK(trainable(weights) == expected.parameters);
    CHECK(std::stod(weights.metadata.at("best_prec1")) == doctest::Approx(expected.best));
    CHECK(weights.entries().front().name == "module.conv1.weight");
    const Tensor* head = weights.find("module.linear.weight");
    REQUIRE(head != nullptr);
    CHECK(head->shape() == Shape{10, 64});
    for (const WeightFile::Entry& entry : weights.entries())
      CHECK(entry.tensor.dtype() == DType::F32);
  }
}

TEST_CASE("real weights: one network from safetensors and from a PyTorch zip") {
  const auto safe = asset("weights/mnist_cnn.safetensors"), zip = asset("weights/mnist_cnn.pt");
  if (!safe || !zip) return skip("weights/mnist_cnn.{safetensors,pt}");
  const WeightFile a = read_weights(*safe), b = read_weights(*zip);
  CHECK(a.size() == 20);
  CHECK(b.size() == 20);
  CHECK(trainable(a) == 376'870);
  CHECK(trainable(b) == 376'870);
  for (const WeightFile::Entry& entry : a.entries()) {
    const Tensor* other = b.find(entry.name);
    REQUIRE_MESSAGE(other != nullptr, entry.name);
    CHECK(other->shape() == entry.tensor.shape());
    CHECK(other->dtype() == entry.tensor.dtype());
  }
  CHECK(a.find("conv2.weight")->shape() == Shape{16, 8, 3, 3});
  CHECK(a.find("norm1.num_batches_tracked")->shape() == Shape{});
  CHECK(a.find("norm1.num_batches_tracked")->dtype() == DType::I64);
}

TEST_CASE("real weights: other formats are named, not guessed at") {
  struct {
    const char* name;
    const char* text;
  } const files[] = {{"weights/mlperf_resnet8.h5", "Keras HDF5"},
                     {"weights/squeezenet_v1.1.param", "an ncnn network; tools/convert.py makes"},
                     {"weights/tf2_mobilenet_v2_1.0_224_ptq.tflite", "TFLite; tools/convert.py"},
                     {"omniglot/images_background_small1.zip", "zip: "}};
  for (const auto& file : files) {
    const auto path = asset(file.name);
    if (!path) return skip(file.name);
    try {
      read_weights(*path);
      FAIL(file.name << " was accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::Data);
      const std::string message = error.what();
      CHECK_MESSAGE(message.find(file.text) != std::string::npos, message);
    }
  }
}

}  // namespace graft::transfer
