// Normalisation, softmax, losses and dropout: functions of rows or of channels.
#include <algorithm>
#include <cmath>

#include "op_reference/reference.h"

namespace graft::testing {
namespace {

// y = act((x - mean) / sqrt(var + eps) gamma + beta + residual), all by channel.
Array normalise(const Array& x, const Array& gamma, const Array& beta, const Array& mean,
                const Array& variance, const Array& residual, const BatchNormParams& p) {
  Array y(x.shape);
  const size_t channels = mean.size();
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = i % channels;
    double value = (x.values[i] - mean.values[c]) / std::sqrt(variance.values[c] + p.eps);
    if (gamma.present) value *= gamma.values[c];
    if (beta.present) value += beta.values[c];
    if (residual.present) value += residual.values[i];
    y.values[i] = activate(p.activation, value);
  }
  return y;
}

Array batch_norm_train_loop(const Arrays& x, const OpParams& params) {
  const Shape channel{x[0].dim(-1)};
  Array mean(channel), variance(channel);
  const size_t channels = mean.size();
  const double count = static_cast<double>(x[0].size()) / static_cast<double>(channels);
  for (size_t i = 0; i < x[0].size(); ++i) mean.values[i % channels] += x[0].values[i] / count;
  for (size_t i = 0; i < x[0].size(); ++i) {
    const double difference = x[0].values[i] - mean.values[i % channels];
    variance.values[i % channels] += difference * difference / count;
  }
  return normalise(x[0], x[1], x[2], mean, variance, x[3], std::get<BatchNormParams>(params));
}

Array batch_norm_eval_loop(const Arrays& x, const OpParams& params) {
  return normalise(x[0], x[1], x[2], x[3], x[4], x[5], std::get<BatchNormParams>(params));
}

int64_t batch_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[0].numel() / std::max<int64_t>(1, x[0].at(-1));
}

Array layer_norm_loop(const Arrays& x, const OpParams& params) {
  Array y(x[0].shape);
  const size_t width = x[1].size();
  const auto n = static_cast<double>(width);
  for (size_t row = 0; row < y.size(); row += width) {
    double mean = 0, variance = 0;
    for (size_t c = 0; c < width; ++c) mean += x[0].values[row + c] / n;
    for (size_t c = 0; c < width; ++c) variance += std::pow(x[0].values[row + c] - mean, 2) / n;
    const double deviation = std::sqrt(variance + std::get<LayerNormParams>(params).eps);
    for (size_t c = 0; c < width; ++c)
      y.values[row + c] =
          (x[0].values[row + c] - mean) / deviation * x[1].values[c] + x[2].values[c];
  }
  return y;
}

Array log_softmax_loop(const Arrays& x, const OpParams&) {
  Array y(x[0].shape);
  const auto width = static_cast<size_t>(x[0].dim(-1));
  for (size_t row = 0; row < x[0].size(); row += width) {
    double total = 0;
    for (size_t i = row; i < row + width; ++i) total += std::exp(x[0].values[i]);
    for (size_t i = row; i < row + width; ++i) y.values[i] = x[0].values[i] - std::log(total);
  }
  return y;
}

Array softmax_loop(const Arrays& x, const OpParams& params) {
  return map_elements(log_softmax_loop(x, params), [](double v) { return std::exp(v); });
}

int64_t row_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[0].at(-1);
}

Array reduced(const Array& x, Reduction reduction) {
  if (reduction == Reduction::None) return x;
  Array y{Shape{}};
  for (const double value : x.values) y.values[0] += value;
  if (reduction == Reduction::Mean) y.values[0] /= static_cast<double>(x.size());
  return y;
}

Array cross_entropy_loop(const Arrays& x, const OpParams& params) {
  const auto& [smoothing, reduction] = std::get<LossParams>(params);
  const Array log_p = log_softmax_loop(x, params);
  const int64_t classes = log_p.dim(1);
  Array loss(Shape{log_p.dim(0)});
  for (int64_t n = 0; n < log_p.dim(0); ++n)
    for (int64_t c = 0; c < classes; ++c) {
      const bool hit = c == static_cast<int64_t>(x[1](n));
      const double target = (hit ? 1 - smoothing : 0.0) + smoothing / static_cast<double>(classes);
      loss(n) -= target * log_p(n, c);
    }
  return reduced(loss, reduction);
}

Array mse_loss_loop(const Arrays& x, const OpParams& params) {
  Array squares(x[0].shape);
  for (size_t i = 0; i < squares.size(); ++i) {
    const double difference = x[0].values[i] - x[1].values[i];
    squares.values[i] = difference * difference;
  }
  return reduced(squares, std::get<LossParams>(params).reduction);
}

int64_t all_terms(const std::vector<Shape>& x, const Shape&, const OpParams&) {
  return x[0].numel();
}

Array dropout_loop(const Arrays& x, const OpParams& params) {
  const auto& [p, stream] = std::get<DropoutParams>(params);
  const PhiloxKey key{{static_cast<uint32_t>(x[1](0)), static_cast<uint32_t>(x[1](1))}};
  Array y(x[0].shape);
  for (size_t i = 0; i < y.size(); ++i) {
    const uint32_t bits = philox4x32(philox_counter(stream, i / 4), key).lane[i % 4];
    y.values[i] = static_cast<double>(to_uniform(bits)) >= p ? x[0].values[i] / (1 - p) : 0.0;
  }
  return y;
}

}  // namespace

std::vector<Reference> row_references() {
  return {
      {"batch_norm_train", batch_norm_train_loop, batch_terms, Rounding::OfOperands},
      {"batch_norm_eval", batch_norm_eval_loop, nullptr, Rounding::OfOperands},
      {"layer_norm", layer_norm_loop, row_terms, Rounding::OfOperands},
      {"softmax", softmax_loop, row_terms, Rounding::OfOperands},
      {"log_softmax", log_softmax_loop, row_terms, Rounding::OfOperands},
      {"cross_entropy", cross_entropy_loop, all_terms, Rounding::OfOperands},
      {"mse_loss", mse_loss_loop, all_terms},
      {"dropout", dropout_loop},
  };
}

}  // namespace graft::testing
