#include "graft/transfer/training/gradient_step.h"

#include <bit>
#include <initializer_list>
#include <optional>
#include <utility>

#include "graft/core/autocast.h"
#include "graft/core/autograd/backward.h"
#include "graft/core/kernel_trace.h"
#include "graft/core/numerics.h"

namespace graft::transfer {
namespace {

// On the CPU a recording saves the same few microseconds in each operation, which count where
// operations are short; its memory serves nothing else.
constexpr size_t kHostMemory = size_t{32} << 20;

uint64_t flags(std::initializer_list<bool> facts) {
  uint64_t bits = 0;
  for (const bool fact : facts) bits = bits << 1 | uint64_t{fact};
  return bits;
}

uint64_t address(const Tensor& tensor) { return reinterpret_cast<uintptr_t>(tensor.raw_data()); }

void add_shape(std::vector<uint64_t>& plan, const Shape& shape) {
  plan.push_back(static_cast<uint64_t>(shape.rank()));
  for (const int64_t extent : shape) plan.push_back(static_cast<uint64_t>(extent));
}

void add_settings(std::vector<uint64_t>& plan) {
  plan.push_back(std::bit_cast<uint32_t>(numerics()));
  const std::optional<DType> autocast = AutocastScope::current();
  plan.push_back(autocast ? 1 + static_cast<uint64_t>(*autocast) : 0);
}

}  // namespace

GradientStep::GradientStep(layers::Module& network, Loss loss) : loss_of_(std::move(loss)) {
  network.for_each_module([this](const std::string&, layers::Module& module) {
    layers_.push_back({&module, module.own_tensors()});
  });
  for (const NamedTensor& parameter : network.parameters()) parameters_.push_back(parameter.tensor);
}

Tensor GradientStep::operator()(const Tensor& input, const Tensor& labels, BatchMemory memory) {
  look(input, labels, memory);
  const bool may = wanted_ && !TraceScope::current();  // of a recording a trace would see nothing
  const bool recorded = may && ((recording_ && now_ == recorded_) ||
                                (now_ == before_ && now_ != refused_ && cotangent_.defined() &&
                                 record(input, labels, memory)));
  return recorded ? run_recording(input, labels, memory) : run_eagerly(input, labels);
}

void GradientStep::set_loss_scale(double scale) {
  if (scale == scale_) return;
  scale_ = scale;
  if (cotangent_.defined()) cotangent_.fill_(scale);
}

std::string GradientStep::note() const {
  if (!wanted_) return "off by request";
  if (recording_) return "recorded";
  return obstacle_.empty() ? "no batch of one shape came twice in a row" : obstacle_;
}

void GradientStep::look(const Tensor& input, const Tensor& labels, BatchMemory memory) {
  std::swap(before_, now_);
  now_.clear();
  add_settings(now_);
  for (const Tensor* const tensor : {&input, &labels}) {
    add_shape(now_, tensor->shape());
    now_.push_back(memory == BatchMemory::Stays ? address(*tensor) : 0);
  }
  for (const auto& [module, tensors] : layers_) {
    now_.push_back(flags({module->training(), module->frozen(), module->per_sample()}));
    if (!module->fixed()) continue;
    for (const Tensor& tensor : tensors)  // a recording keeps what was derived from it, as folds
      now_.push_back(tensor.storage().version());
  }
  for (const Tensor& parameter : parameters_) {
    now_.push_back(parameter.requires_grad());
    now_.push_back(address(parameter));
  }
}

void GradientStep::drop_gradients() {
  for (Tensor& parameter : parameters_) parameter.set_grad({});
}

Tensor GradientStep::run_eagerly(const Tensor& input, const Tensor& labels) {
  drop_gradients();
  const Tensor loss = loss_of_(input, labels);
  if (!cotangent_.defined())
    cotangent_ = Tensor::full(loss.shape(), scale_, loss.dtype(), loss.device());
  backward(loss, cotangent_);
  return loss.detach();
}

bool GradientStep::record(const Tensor& input, const Tensor& labels, BatchMemory memory) {
  recording_.reset();
  gradients_.clear();
  drop_gradients();
  const bool stays = memory == BatchMemory::Stays;
  try {
    input_ = stays ? input : input.clone();
    labels_ = stays ? labels : labels.clone();
    recording_ = std::make_unique<Recording>(
        input.device(),
        [this] {
          loss_ = loss_of_(input_, labels_);
          backward(loss_, cotangent_);
          loss_ = loss_.detach();
        },
        kHostMemory);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Device && error.kind() != ErrorKind::OutOfMemory) throw;
    input_ = labels_ = loss_ = {};
    refused_ = now_;
    obstacle_ = error.what();
    return false;
  }
  recorded_ = now_;
  obstacle_.clear();
  for (const Tensor& parameter : parameters_)
    if (const Tensor gradient = parameter.grad(); gradient.defined())
      gradients_.push_back({parameter, gradient});
  return true;
}

Tensor GradientStep::run_recording(const Tensor& input, const Tensor& labels, BatchMemory memory) {
  if (memory == BatchMemory::Changes) {
    input_.copy_(input);
    labels_.copy_(labels);
  }
  recording_->run();
  for (Gradient& gradient : gradients_) gradient.parameter.set_grad(gradient.value);
  return loss_;
}

}  // namespace graft::transfer
