#include "models/golden_model.h"

#include <algorithm>
#include <cmath>

#include "graft/core/ops/shape_ops.h"
#include "graft/models/registry.h"
#include "support/formula.h"

namespace graft::testing {
namespace {

// The elements in the order of a weight file.
std::vector<float> file_order(const NamedTensor& entry) {
  const Tensor t = entry.layout == Layout::Filter
                       ? contiguous(permute(entry.tensor.detach(), {0, 3, 1, 2}))
                       : entry.tensor.detach();
  const auto values = t.values<float>();
  return {values.begin(), values.end()};
}

void set_from_file_order(NamedTensor& entry, const std::vector<float>& values) {
  const Shape& s = entry.tensor.shape();
  if (entry.layout == Layout::Filter)
    entry.tensor.copy_(permute(Tensor::from(values, {s[0], s[3], s[1], s[2]}), {0, 2, 3, 1}));
  else
    entry.tensor.copy_(Tensor::from(values, s));
}

std::set<std::string> split_names(const std::string& text) {
  std::set<std::string> names;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    names.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

}  // namespace

GoldenModel::GoldenModel(const std::string& model)
    : name(model),
      golden(transfer::read_weights(std::string(GRAFT_SOURCE_DIR) + "/tests/golden/models/" +
                                    model + ".safetensors")),
      network(models::make_model(model)) {}

void GoldenModel::reset_state() {
  const float norm_bias = std::stof(golden.metadata.at("norm_bias_offset"));
  const std::set<std::string> damped = split_names(golden.metadata.at("damped"));
  std::set<std::string> norms;
  for (const NamedTensor& entry : network->named_tensors())
    if (entry.path.ends_with(".running_mean"))
      norms.insert(entry.path.substr(0, entry.path.size() - std::string("running_mean").size()));
  for (NamedTensor& entry : network->named_tensors()) {
    if (entry.tensor.dtype() != DType::F32) {
      entry.tensor.fill_(0);
      continue;
    }
    std::vector<float> values = formula_units(entry.path, entry.tensor.numel());
    const std::string owner = entry.path.substr(0, entry.path.rfind('.') + 1);
    float scale = 0.25f, offset = 0, factor = 1;
    if (entry.tensor.rank() >= 2) {
      const int64_t fan_in = entry.tensor.numel() / entry.tensor.dim(0);
      scale = static_cast<float>(std::sqrt(6.0 / static_cast<double>(fan_in)));
    } else if (entry.path.ends_with(".running_var")) {
      scale = 0.5f, offset = 1;
    } else if (entry.path.ends_with(".bias") && norms.contains(owner)) {
      offset = norm_bias;
    } else if (entry.path.ends_with(".weight")) {
      offset = 1;
      if (damped.contains(entry.path)) factor = 0.25f;
    }
    for (float& value : values) value = (offset + scale * value) * factor;
    set_from_file_order(entry, values);
    entry.tensor.set_grad({});
  }
}

Tensor GoldenModel::input(const std::string& mode) const {
  const auto extent = [this](const char* key) { return std::stoll(golden.metadata.at(key)); };
  const Shape shape{extent("batch"), extent("height"), extent("width"), 3};
  return Tensor::from(formula_units(golden.metadata.at(mode + ".input"), shape.numel()), shape);
}

Tensor GoldenModel::labels() const {
  std::vector<int64_t> labels;
  for (size_t begin = 0; begin < golden.metadata.at("labels").size();) {
    const std::string& text = golden.metadata.at("labels");
    const size_t end = std::min(text.find(',', begin), text.size());
    labels.push_back(std::stoll(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return Tensor::from(labels, {static_cast<int64_t>(labels.size())});
}

const Tensor& GoldenModel::expected(const std::string& key) const {
  const Tensor* found = golden.find(key);
  if (!found) fail(ErrorKind::Data, "golden file of ", name, ": no ", key);
  return *found;
}

double signature_deviation(const NamedTensor& x, const Tensor& signature) {
  const std::vector<float> values = file_order(x);
  const auto expected = signature.values<float>();
  const double scale = expected[1], sample_scale = expected[2];
  double norm = 0;
  for (const float value : values) norm += static_cast<double>(value) * value;
  double worst = std::abs(std::sqrt(norm) - expected[0]) / scale;
  for (size_t k = 0; k < 4; ++k) {
    const std::string probe = x.path + ".probe" + std::to_string(k);
    double dot = 0;
    for (size_t i = 0; i < values.size(); ++i)
      dot += static_cast<double>(values[i]) * formula_unit(probe, i);
    worst = std::max(worst, std::abs(dot - expected[3 + k]) / scale);
  }
  for (size_t j = 0; j < 16; ++j) {
    const int64_t at = formula_position(x.path + ".sample", j, static_cast<int64_t>(values.size()));
    const double sample = values[static_cast<size_t>(at)];
    worst = std::max(worst, std::abs(sample - expected[7 + j]) / sample_scale);
  }
  return worst;
}

}  // namespace graft::testing
