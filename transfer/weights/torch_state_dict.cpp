#include "graft/transfer/weights/torch_state_dict.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "graft/core/error.h"
#include "graft/core/text.h"
#include "graft/core/utf8.h"
#include "graft/transfer/weights/raw_tensor.h"

namespace graft::transfer {
namespace {

// Under these names training programs keep the weights, the likeliest first. Averages ("ema") come
// last: they are taken only where nothing else is there.
constexpr std::array<std::string_view, 10> kWrappers = {
    "state_dict", "model_state_dict", "model",      "net",       "network",
    "weights",    "params",           "params_ema", "model_ema", "ema"};

constexpr const char* kSaveWeights =
    ", which is not loaded; save only the weights, torch.save(model.state_dict(), ...)";

const std::string* key_of(const Pickled& pickled,
                          const std::pair<Pickled::Ref, Pickled::Ref>& item) {
  return std::get_if<std::string>(&pickled.at(item.first));
}

bool holds_tensors(const Pickled& pickled, const Pickled::Dict& dict) {
  return std::any_of(dict.items.begin(), dict.items.end(), [&](const auto& item) {
    return key_of(pickled, item) != nullptr &&
           std::holds_alternative<Pickled::Tensor>(pickled.at(item.second));
  });
}

const Pickled::Dict& find_state_dict(const Pickled& pickled, std::vector<std::string>& notes) {
  const Pickled::Dict* const root = std::get_if<Pickled::Dict>(&pickled.at(pickled.root));
  if (const std::string* const name = pickled.opaque_name(pickled.root))
    fail(ErrorKind::Data, "pytorch: the file holds ", *name, kSaveWeights);
  check(root != nullptr, ErrorKind::Data, "pytorch: the file holds no dictionary of tensors");
  if (holds_tensors(pickled, *root)) return *root;

  const Pickled::Dict* best = nullptr;
  size_t best_rank = kWrappers.size() + 1;
  std::string keys, chosen;
  std::vector<std::string> candidates;
  for (const auto& item : root->items) {
    const std::string* const key = key_of(pickled, item);
    if (!key) continue;
    if (keys.size() < 200) keys += (keys.empty() ? "" : ", ") + *key;
    const Pickled::Dict* const inner = std::get_if<Pickled::Dict>(&pickled.at(item.second));
    if (!inner || !holds_tensors(pickled, *inner)) continue;
    const size_t rank = static_cast<size_t>(std::find(kWrappers.begin(), kWrappers.end(), *key) -
                                            kWrappers.begin());
    candidates.push_back(printable(*key));
    if (rank < best_rank) best = inner, best_rank = rank, chosen = candidates.back();
  }
  check(best != nullptr, ErrorKind::Data,
        "pytorch: no dictionary of tensors in the file; its keys are: ", keys);
  if (candidates.size() > 1)
    notes.push_back("weights under '" + chosen + "' taken, of " + join(candidates, ", "));
  return *best;
}

// Nothing below the state dict may be of an unknown class: it could be a weight.
void refuse_unknown_classes(const Pickled& pickled, const Pickled::Dict& dict) {
  std::vector<bool> seen(pickled.values.size());  // values may be shared, and refer in cycles
  std::vector<Pickled::Ref> waiting;
  const auto add = [&](Pickled::Ref ref) {
    if (!seen[ref]) waiting.push_back(ref);
    seen[ref] = true;
  };
  for (const auto& item : dict.items) add(item.second);
  while (!waiting.empty()) {
    const Pickled::Ref ref = waiting.back();
    waiting.pop_back();
    if (const std::string* const name = pickled.opaque_name(ref))
      fail(ErrorKind::Data, "pytorch: among the weights the file holds ", *name, kSaveWeights);
    const Pickled::Value& value = pickled.at(ref);
    if (const auto* const tuple = std::get_if<Pickled::Tuple>(&value))
      std::for_each(tuple->items.begin(), tuple->items.end(), add);
    else if (const auto* const list = std::get_if<Pickled::List>(&value))
      std::for_each(list->items.begin(), list->items.end(), add);
    else if (const auto* const inner = std::get_if<Pickled::Dict>(&value))
      for (const auto& item : inner->items) add(item.second);
  }
}

std::string format_double(double value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

void add_scalars(const Pickled& pickled, WeightFile& weights) {
  for (const auto& item : std::get<Pickled::Dict>(pickled.at(pickled.root)).items) {
    const std::string* const key = key_of(pickled, item);
    if (!key) continue;
    const Pickled::Value& value = pickled.at(item.second);
    if (const bool* flag = std::get_if<bool>(&value))
      weights.metadata[*key] = *flag ? "true" : "false";
    else if (const int64_t* integer = std::get_if<int64_t>(&value))
      weights.metadata[*key] = std::to_string(*integer);
    else if (const double* number = std::get_if<double>(&value))
      weights.metadata[*key] = format_double(*number);
    else if (const std::string* text = std::get_if<std::string>(&value))
      weights.metadata[*key] = *text;
  }
}

class Materialiser {
 public:
  Materialiser(const Pickled& pickled, const std::function<Tensor(size_t)>& load, uint64_t budget)
      : pickled_(pickled), load_(load), budget_(budget) {}

  Tensor tensor(const std::string& name, const PickledTensor& description) {
    auto found = storages_.find(description.storage);
    if (found == storages_.end()) {
      Tensor storage = load_(description.storage);
      check_raw_values(storage, "pytorch", name);
      found = storages_.emplace(description.storage, std::move(storage)).first;
    }
    const Shape& shape = description.shape;
    Tensor view = found->second.alias(shape, description.strides, description.offset);
    if (view.is_contiguous())
      return found->second.alias(shape, shape.contiguous_strides(), description.offset);
    // A view may repeat elements (stride 0), so what it needs is not bounded by the storage.
    check(view.bytes() <= budget_, ErrorKind::Limit, "pytorch: ", name, ' ', shape,
          ": views of the storages would need more than four times the file");
    budget_ -= view.bytes();
    return view.clone();
  }

 private:
  const Pickled& pickled_;
  const std::function<Tensor(size_t)>& load_;
  uint64_t budget_;
  std::unordered_map<size_t, Tensor> storages_;
};

}  // namespace

WeightFile state_dict_of(const Pickled& pickled, const std::function<Tensor(size_t)>& load,
                         uint64_t file_bytes) {
  WeightFile weights;
  Materialiser materialiser(pickled, load, 4 * file_bytes);
  const Pickled::Dict& dict = find_state_dict(pickled, weights.notes);
  refuse_unknown_classes(pickled, dict);
  add_scalars(pickled, weights);
  for (const auto& item : dict.items) {
    const std::string* const key = key_of(pickled, item);
    const Pickled::Tensor* const ref = std::get_if<Pickled::Tensor>(&pickled.at(item.second));
    if (!key || !ref) continue;
    weights.add(*key, materialiser.tensor(*key, pickled.tensors[ref->index]));
  }
  return weights;
}

}  // namespace graft::transfer
