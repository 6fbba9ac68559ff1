#include "graft/layers/init.h"

#include <cmath>

#include "graft/core/text.h"

namespace graft::layers {
namespace {

template <class Draw>
void fill_with(Tensor& tensor, const RandomKey& key, Draw draw) {
  RandomStream stream(key);
  Tensor values = Tensor::empty(tensor.shape(), DType::F32);
  float* const data = values.data<float>();
  for (int64_t i = 0; i < values.numel(); ++i) data[i] = draw(stream);
  tensor.copy_(values);
}

}  // namespace

Fans fans(const Shape& weight) {
  check(weight.rank() >= 2, ErrorKind::Shape, "init: a weight needs two axes: ", weight);
  const int64_t window = weight.numel() / (weight[0] * weight[weight.rank() - 1]);
  return {weight[weight.rank() - 1] * window, weight[0] * window};
}

void uniform_(Tensor& tensor, double bound, const RandomKey& key) {
  const auto b = static_cast<float>(bound);
  fill_with(tensor, key, [b](RandomStream& stream) { return stream.uniform(-b, b); });
}

void normal_(Tensor& tensor, double std, const RandomKey& key) {
  const auto s = static_cast<float>(std);
  fill_with(tensor, key, [s](RandomStream& stream) { return s * stream.normal(); });
}

void draw_weight_and_bias(Tensor& weight, Tensor& bias, Initialisation how, const RandomKey& key) {
  const Fans fan = fans(weight.shape());
  const double bound = 1.0 / std::sqrt(static_cast<double>(fan.in));
  switch (how) {
    case Initialisation::PyTorchDefault:
      uniform_(weight, bound, key);
      break;
    case Initialisation::KaimingFanOut:
      normal_(weight, std::sqrt(2.0 / static_cast<double>(fan.out)), key);
      break;
  }
  if (!bias.defined()) return;
  RandomKey bias_key = key;
  bias_key.sample = fnv1a(".bias", key.sample);
  uniform_(bias, bound, bias_key);
}

}  // namespace graft::layers
