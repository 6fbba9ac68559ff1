// Layers that hold parameters against PyTorch's: results, gradients, and the names of parameters.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "graft/core/autograd/backward.h"
#include "graft/core/ops.h"
#include "graft/layers/embedding.h"
#include "graft/layers/layer_norm.h"
#include "support/error_text.h"
#include "support/golden_lines.h"
#include "support/tensors.h"

namespace graft::layers {
namespace {

using testing::formula_tensor;
using testing::golden_lines;

// The largest difference from the golden line `key`.
double deviation(const Tensor& got, const std::string& key) {
  const std::vector<double> expected = golden_lines("layers", key)[0];
  const Tensor values = contiguous(cast(got.detach(), DType::F64));
  REQUIRE(static_cast<size_t>(values.numel()) == expected.size());
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::abs(values.values<double>()[i] - expected[i]));
  return worst;
}

std::vector<std::string> names_of(const Module& module) {
  std::vector<std::string> names;
  for (const NamedTensor& entry : module.named_tensors()) names.push_back(entry.path);
  return names;
}

Tensor ids() {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < 8; ++i) numbers.push_back((5 * i + 2) % 7);
  return Tensor::from(numbers, {2, 4});
}

}  // namespace

TEST_CASE("layer norm: results and gradients are PyTorch's") {
  const std::vector<std::pair<Shape, double>> cases{
      {{2, 3, 5}, 1e-5}, {{4, 67}, 1e-5}, {{2, 130}, 1e-12}};
  for (const DType dtype : {DType::F64, DType::F32})
    for (const auto& [shape, eps] : cases) {
      std::string name;
      for (const int64_t extent : shape) name += (name.empty() ? "" : "x") + std::to_string(extent);
      CAPTURE(name);
      const double tolerance = dtype == DType::F64 ? 1e-13 : 1e-5;
      const auto leaf = [&](const Tensor& values) {
        Tensor copy = cast(values, dtype).clone();
        copy.set_requires_grad(true);
        return copy;
      };
      const Shape channels{shape.at(-1)};
      const Tensor quarter_w = mul(formula_tensor("layer_norm.weight", channels, DType::F64), 0.25);
      const Tensor x = leaf(mul(formula_tensor("layer_norm.x." + name, shape, DType::F64), 3.0));
      const Tensor weight = leaf(add(quarter_w, 1.0));
      const Tensor bias = leaf(mul(formula_tensor("layer_norm.bias", channels, DType::F64), 0.25));
      const Tensor y = layer_norm(x, weight, bias, eps);
      backward(sum(mul(y, formula_tensor("layer_norm.grad", shape, dtype))));
      const std::string key = "layer_norm " + name;
      CHECK(deviation(y, key + " y") < tolerance);
      CHECK(deviation(x.grad(), key + " x") < tolerance);
      CHECK(deviation(weight.grad(), key + " weight") < tolerance);
      CHECK(deviation(bias.grad(), key + " bias") < tolerance);
    }
}

TEST_CASE("layer norm: a layer with PyTorch's names and initial values") {
  LayerNorm layer(5);
  CHECK(names_of(layer) == std::vector<std::string>{"weight", "bias"});
  CHECK(layer.per_sample());
  const Tensor x = formula_tensor("x", {2, 3, 5});
  const Tensor ones = Tensor::full({5}, 1.0), zeros = Tensor::zeros({5});
  CHECK(testing::same_bits(layer(x), layer_norm(x, ones, zeros, 1e-5)));
  CHECK_FALSE(testing::same_bits(LayerNorm(5, 0.5)(x), layer(x)));
  layer.freeze();
  CHECK_FALSE(layer(x).requires_grad());
}

TEST_CASE("layer norm: a large common value costs no accuracy") {
  const Tensor x = formula_tensor("x", {3, 301}, DType::F64);
  const Tensor ones = Tensor::full({301}, 1.0, DType::F64),
               zeros = Tensor::zeros({301}, DType::F64);
  const Tensor moved = cast(add(x, 4096.0), DType::F32);  // as f32 holds it
  const Tensor exact = layer_norm(cast(moved, DType::F64), ones, zeros);
  const Tensor got = layer_norm(moved, cast(ones, DType::F32), cast(zeros, DType::F32));
  CHECK(max(abs(sub(cast(got, DType::F64), exact))).item() < 1e-3);  // 4096 eps / deviation
  const Tensor flat =
      layer_norm(Tensor::full({2, 301}, 4097.3), Tensor::full({301}, 1.0), Tensor::zeros({301}));
  CHECK(max(abs(flat)).item() < 0.05);  // 0 but for half a unit of 4097 beside sqrt(eps)
}

TEST_CASE("embedding: rows and their gradients are PyTorch's") {
  Embedding layer(7, 3);
  CHECK(names_of(layer) == std::vector<std::string>{"weight"});
  Tensor weight = layer.parameters()[0].tensor;
  {
    Tensor values = weight.detach();
    values.copy_(formula_tensor("embedding.weight", {7, 3}));
  }
  const Tensor y = layer(ids());
  CHECK(y.shape() == Shape{2, 4, 3});
  backward(sum(mul(y, formula_tensor("embedding.grad", {2, 4, 3}))));
  CHECK(deviation(y, "embedding y") == 0);
  CHECK(deviation(weight.grad(), "embedding weight") < 1e-6);
}

TEST_CASE("embedding: starts normal with deviation 1, and refuses numbers beyond its rows") {
  Embedding layer(200, 50);
  initialise(layer, 3);
  const Tensor weight = layer.parameters()[0].tensor.detach();
  CHECK(mean(weight).item() == doctest::Approx(0).epsilon(0.05));
  CHECK(mean(square(weight)).item() == doctest::Approx(1).epsilon(0.05));
  Embedding small(3, 2);
  CHECK(testing::error_text([&] { small(ids()); }) == "gather_rows: rows[2] = 5 is not in 0..2");
  CHECK(testing::error_text([&] { small(Tensor::zeros({2})); }).starts_with("gather_rows: rows"));
}

}  // namespace graft::layers
