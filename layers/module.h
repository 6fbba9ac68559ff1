// Module: named parameters and buffers, children, and the three facts that decide what training
// changes.
//
//   a parameter's requires_grad   does it get a gradient?
//   a module's training           was train() asked for?
//   a module's frozen             is it held fixed whatever train() says?
//
// Effective training is training && !frozen. train() never touches requires_grad and cannot thaw
// anything; freeze() takes gradients, statistics and dropout away together.
//
// Thread rule: forward() of a module that is not in effective training may run on many threads at
// once; everything else is for one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graft/core/named_tensor.h"
#include "graft/core/op_params.h"
#include "graft/core/random.h"
#include "graft/core/tensor.h"

namespace graft::layers {

/// What a frozen normalisation layer does with its running statistics.
enum class FrozenStatistics { Fixed, Adapt };

class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }

  /// Every parameter and buffer below this module, in registration order, with torchvision's path
  /// ("layer1.0.conv1.weight"). The tensors are handles to the module's own.
  std::vector<NamedTensor> named_tensors() const;
  /// Parameters only.
  std::vector<NamedTensor> parameters() const;
  /// Parameters and buffers of this module alone.
  std::vector<Tensor> own_tensors() const;
  /// Calls `visit` for this module (path "") and everything below it, parents first.
  void for_each_module(const std::function<void(const std::string& path, Module&)>& visit);
  /// The module at a path; Error(Argument) naming the nearest paths if there is none.
  Module& at(const std::string& path);

  /// Moves all parameters, gradients and buffers; handles to them follow, counters stay with the
  /// host. After Error(OutOfMemory) all is where it was. Move before an optimizer gets state.
  void to(Device device);
  /// Where the parameters are; the CPU if there are none.
  Device device() const;

  void train(bool on = true);
  void eval() { train(false); }
  /// Holds everything below fixed: no gradients, no statistics, no dropout, whatever train() says.
  void freeze(FrozenStatistics statistics = FrozenStatistics::Fixed);
  void unfreeze();
  bool frozen() const { return frozen_; }
  /// numerics().frozen for a frozen module, full precision for any other.
  Precision precision() const;
  /// What train() last said of this module.
  bool training() const { return training_; }
  /// train() for this module alone.
  void set_training(bool on) { training_ = on; }
  /// training && !frozen: does this module itself behave as in training?
  bool is_training() const { return training_ && !frozen_; }

  /// True if the result for a sample depends on that sample and the tensors of the module alone: no
  /// statistics of the batch, no random numbers. Looks at this module alone.
  virtual bool per_sample() const { return true; }
  /// True if that will stay so through a training: per_sample(), and no own parameter wants a
  /// gradient.
  bool fixed() const { return per_sample() && !wants_gradients(); }
  /// True if an own parameter wants a gradient.
  bool wants_gradients() const;
  /// The activation that this module applies, if it does nothing else; or None. Sequential then
  /// hands it to the layer before.
  virtual Activation as_activation() const { return Activation::None; }
  /// activation(forward(x)). A layer whose kernel can apply it overrides this.
  virtual Tensor forward_activated(const Tensor& x, Activation activation);
  /// True if each element of the result is the largest of some of x: an activation, which never
  /// decreases, may then follow where it stands before, for the same result.
  virtual bool takes_maxima() const { return false; }
  /// Draws initial values for the own parameters from `key`'s stream.
  virtual void reset_parameters(const RandomKey&) {}
  /// Resizes the last axis of the output (a new head), drawing new values; Error(Argument) for a
  /// module without an output size of its own. The new parameters want gradients unless the module
  /// is frozen.
  virtual void reset_outputs(int64_t outputs, const RandomKey& key);
  /// Tells modules that draw random numbers which stream the coming step uses.
  virtual void begin_step(const RandomKey&) {}

  /// Takes ownership of a child; returns it with its own type. For the module itself and the values
  /// that it is made of, while it is being made.
  template <class M>
  M& register_module(std::string name, std::unique_ptr<M> child) {
    M& reference = *child;
    children_.push_back({std::move(name), std::move(child)});
    return reference;
  }

 protected:
  struct Child {
    std::string name;
    std::unique_ptr<Module> module;
  };
  void register_parameter(std::string name, Tensor& tensor, Layout layout = Layout::Plain);
  void register_buffer(std::string name, Tensor& tensor);
  /// A buffer that is counted up and read by nobody else: it stays in host memory.
  void register_counter(std::string name, Tensor& tensor);
  /// Replaces a registered parameter by zeros of another shape; it wants gradients unless the
  /// module is frozen.
  void resize_parameter(Tensor& tensor, const Shape& shape);
  void remove_module(const std::string& name);
  const std::vector<Child>& children() const { return children_; }
  bool adapts_statistics() const {
    return training_ && (!frozen_ || statistics_ == FrozenStatistics::Adapt);
  }

 private:
  struct Entry {
    std::string name;
    Tensor* tensor;
    bool buffer;
    Layout layout;
    bool on_host = false;
  };
  void collect(const std::string& prefix, std::vector<NamedTensor>& out) const;
  void walk(const std::string& path, const std::function<void(const std::string&, Module&)>& visit);

  std::vector<Entry> entries_;
  std::vector<Child> children_;
  bool training_ = true;
  bool frozen_ = false;
  FrozenStatistics statistics_ = FrozenStatistics::Fixed;
};

/// Draws initial values for every module below `root`, each from a stream of its own keyed by
/// (seed, path): independent of order and of what other modules exist.
void initialise(Module& root, uint64_t seed);

/// The stream of the module at `path`.
RandomKey initialisation_key(uint64_t seed, const std::string& path);

}  // namespace graft::layers
