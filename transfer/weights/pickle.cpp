#include "graft/transfer/weights/pickle.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "graft/core/error.h"
#include "graft/core/utf8.h"
#include "graft/transfer/weights/pickle_globals.h"
#include "graft/transfer/weights/pickle_input.h"
#include "graft/transfer/weights/pickle_tensor.h"

namespace graft::transfer {
namespace {

using Ref = Pickled::Ref;
using Value = Pickled::Value;

class Machine {
 public:
  Machine(ByteSource& file, uint64_t begin, uint64_t end, StorageId ids, const Limits& limits)
      : input_(file, begin, end),
        ids_(ids),
        limits_(limits.pickle),
        max_rank_(limits.safetensors.rank) {
    out_.values.reserve(16);
    for (Value constant :
         {Value(std::monostate()), Value(false), Value(true), Value(Pickled::Tuple{})})
      out_.values.push_back(std::move(constant));
  }

  Pickled run() {
    check(input_.read<uint8_t>() == 0x80 && input_.read<uint8_t>() == 2, ErrorKind::Data,
          "pickle: not protocol 2");
    for (uint64_t count = 1;; ++count) {
      check(count <= limits_.opcodes, ErrorKind::Limit, "pickle: more than ", limits_.opcodes,
            " opcodes");
      opcode_ = input_.read<uint8_t>();
      if (opcode_ == '.') break;
      step();
    }
    out_.root = pop();
    check(stack_.empty() && marks_.empty(), ErrorKind::Data,
          "pickle: STOP leaves values on the stack");
    return std::move(out_);
  }

  uint64_t position() const { return input_.position(); }

 private:
  enum Constant : Ref { kNone, kFalse, kTrue, kEmptyTuple };

  void step() {
    switch (opcode_) {
      case '(':  // MARK
        check(marks_.size() < limits_.stack, ErrorKind::Limit, "pickle: more than ", limits_.stack,
              " marks");
        return marks_.push_back(stack_.size());
      case '}':  // EMPTY_DICT
        return make(Pickled::Dict{});
      case ']':  // EMPTY_LIST
        return make(Pickled::List{});
      case ')':  // EMPTY_TUPLE
        return push(kEmptyTuple);
      case 't':  // TUPLE
        return make(Pickled::Tuple{pop_to_mark()});
      case 0x85:  // TUPLE1
        return make(Pickled::Tuple{pop_last(1)});
      case 0x86:  // TUPLE2
        return make(Pickled::Tuple{pop_last(2)});
      case 0x87:  // TUPLE3
        return make(Pickled::Tuple{pop_last(3)});
      case 'N':  // NONE
        return push(kNone);
      case 0x88:  // NEWTRUE
        return push(kTrue);
      case 0x89:  // NEWFALSE
        return push(kFalse);
      case 'J':  // BININT
        return make(int64_t{input_.read<int32_t>()});
      case 'K':  // BININT1
        return make(int64_t{input_.read<uint8_t>()});
      case 'M':  // BININT2
        return make(int64_t{input_.read<uint16_t>()});
      case 0x8a:  // LONG1
        return make(long1());
      case 'G':  // BINFLOAT, big-endian
        return make(std::bit_cast<double>(__builtin_bswap64(input_.read<uint64_t>())));
      case 'X':  // BINUNICODE
        return make(input_.text(input_.read<uint32_t>()));
      case 'q':  // BINPUT
        return put(input_.read<uint8_t>());
      case 'r':  // LONG_BINPUT
        return put(input_.read<uint32_t>());
      case 'h':  // BINGET
        return get(input_.read<uint8_t>());
      case 'j':  // LONG_BINGET
        return get(input_.read<uint32_t>());
      case 'c':  // GLOBAL
        return global();
      case 'R':  // REDUCE
        return reduce();
      case 0x81:  // NEWOBJ
        return new_object();
      case 'b':  // BUILD
        return build();
      case 'Q':  // BINPERSID
        return make(Pickled::Storage{persistent(out_, pop(), ids_)});
      case 's':  // SETITEM
        return set_items(pop_last(2));
      case 'u':  // SETITEMS
        return set_items(pop_to_mark());
      case 'a':  // APPEND
        return append(pop_last(1));
      case 'e':  // APPENDS
        return append(pop_to_mark());
      default:
        fail(ErrorKind::Data, "pickle: opcode ", static_cast<int>(opcode_), " at byte ",
             position() - 1, " is not one that PyTorch's weight files use");
    }
  }

  void push(Ref ref) {
    check(stack_.size() < limits_.stack, ErrorKind::Limit, "pickle: more than ", limits_.stack,
          " values on the stack");
    stack_.push_back(ref);
  }

  void make(Value value) {
    out_.values.push_back(std::move(value));  // fewer than the opcodes: the index fits
    push(static_cast<Ref>(out_.values.size() - 1));
  }

  Ref pop() { return pop_last(1)[0]; }

  std::vector<Ref> pop_last(size_t count) {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    check(stack_.size() >= floor + count, ErrorKind::Data, "pickle: stack underflow at byte ",
          position() - 1);
    std::vector<Ref> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }

  std::vector<Ref> pop_to_mark() {
    check(!marks_.empty(), ErrorKind::Data, "pickle: no mark at byte ", position() - 1);
    const size_t mark = marks_.back();
    std::vector<Ref> items = pop_last(stack_.size() - mark);
    marks_.pop_back();
    return items;
  }

  // The value below the operands, which stays on the stack, as a T.
  template <class T>
  T& target(const char* what) {
    const Ref ref = pop();
    T* const value = std::get_if<T>(&out_.values[ref]);
    check(value != nullptr, ErrorKind::Data, "pickle: ", what, " at byte ", position() - 1);
    push(ref);
    return *value;
  }

  int64_t long1() {
    const uint8_t length = input_.read<uint8_t>();
    check(length <= 8, ErrorKind::Data, "pickle: an integer of ", static_cast<int>(length),
          " bytes at byte ", position() - 2);
    uint64_t bits = 0;
    for (unsigned i = 0; i < length; ++i) bits |= uint64_t{input_.read<uint8_t>()} << (8 * i);
    if (length > 0 && length < 8 && (bits >> (8 * length - 1) & 1) != 0)
      bits |= ~uint64_t{0} << (8 * length);
    return static_cast<int64_t>(bits);
  }

  void put(uint32_t slot) {
    check(memo_.size() < limits_.memo, ErrorKind::Limit, "pickle: memo holds more than ",
          limits_.memo);
    const Ref top = pop();
    push(top);
    memo_[slot] = top;
  }

  void get(uint32_t slot) {
    const auto found = memo_.find(slot);
    check(found != memo_.end(), ErrorKind::Data, "pickle: memo has no ", slot);
    push(found->second);
  }

  void global() {
    const std::string module = input_.line();
    const std::string name = module + ' ' + input_.line();
    const auto* const found = std::find_if(kPickleGlobals.begin(), kPickleGlobals.end(),
                                           [&](const PickleGlobal& g) { return g.name == name; });
    if (found == kPickleGlobals.end()) {
      std::string dotted = name;
      dotted[module.size()] = '.';
      out_.unknown.push_back(printable(dotted));
      return make(Pickled::Opaque{out_.unknown.size() - 1});
    }
    make(Pickled::Global{static_cast<uint8_t>(found - kPickleGlobals.begin())});
  }

  void reduce() {
    const std::vector<Ref> call = pop_last(2);
    const Pickled::Global* const callee = std::get_if<Pickled::Global>(&out_.at(call[0]));
    const Pickled::Tuple* const arguments = std::get_if<Pickled::Tuple>(&out_.at(call[1]));
    if (out_.opaque_name(call[0]) && arguments) return push(call[0]);
    check(callee != nullptr && arguments != nullptr, ErrorKind::Data,
          "pickle: REDUCE of no function at byte ", position() - 1);
    const std::vector<Ref> items = arguments->items;
    switch (kPickleGlobals[callee->id].function) {
      case PickleFunction::OrderedDict:
        return make(ordered_dict(items));
      case PickleFunction::RebuildTensor:
        check(items.size() == 4, ErrorKind::Data, "pickle: _rebuild_tensor takes 4 arguments");
        return make(Pickled::Tensor{rebuild_tensor(out_, items, max_rank_)});
      case PickleFunction::RebuildTensorV2: {
        check(items.size() == 6 || items.size() == 7, ErrorKind::Data,
              "pickle: _rebuild_tensor_v2 takes 6 or 7 arguments");
        const Pickled::Tensor tensor{rebuild_tensor(out_, items, max_rank_)};
        check_flag_and_hooks(tensor, items[4], items[5]);
        return make(tensor);
      }
      case PickleFunction::RebuildParameter: {
        const auto* const tensor =
            items.size() == 3 ? std::get_if<Pickled::Tensor>(&out_.at(items[0])) : nullptr;
        check(tensor != nullptr, ErrorKind::Data,
              "pickle: _rebuild_parameter takes a tensor and 2 more arguments");
        check_flag_and_hooks(*tensor, items[1], items[2]);
        return push(items[0]);
      }
      case PickleFunction::Size:
        check(items.size() == 1 && std::holds_alternative<Pickled::Tuple>(out_.at(items[0])),
              ErrorKind::Data, "pickle: torch.Size takes a tuple");
        return push(items[0]);
      case PickleFunction::None:
        break;
    }
    fail(ErrorKind::Data, "pickle: ", kPickleGlobals[callee->id].name, " is not a function");
  }

  // An object of a class; of ours none is made in this way.
  void new_object() {
    const std::vector<Ref> call = pop_last(2);
    check(out_.opaque_name(call[0]) != nullptr &&
              std::holds_alternative<Pickled::Tuple>(out_.at(call[1])),
          ErrorKind::Data, "pickle: NEWOBJ of no class at byte ", position() - 1);
    push(call[0]);
  }

  // Whether the value below the operands is opaque: what is put into it is dropped.
  bool target_is_opaque() {
    const Ref ref = pop();
    push(ref);
    return out_.opaque_name(ref) != nullptr;
  }

  // requires_grad and backward hooks, of no use here but part of a sound call.
  void check_flag_and_hooks(Pickled::Tensor tensor, Ref flag, Ref hooks) const {
    const bool* const wanted = std::get_if<bool>(&out_.at(flag));
    const DType dtype = out_.storages[out_.tensors[tensor.index].storage].dtype;
    check(wanted != nullptr && (!*wanted || is_floating(dtype)) &&
              (std::holds_alternative<Pickled::Dict>(out_.at(hooks)) ||
               std::holds_alternative<std::monostate>(out_.at(hooks))),
          ErrorKind::Data, "pickle: requires_grad or hooks of a tensor have a wrong type");
  }

  // OrderedDict(), or as Python 2 wrote it, OrderedDict([[key, value], ...]).
  Pickled::Dict ordered_dict(const std::vector<Ref>& arguments) const {
    Pickled::Dict dict;
    dict.ordered = true;
    if (arguments.empty()) return dict;
    const Pickled::List* const pairs = std::get_if<Pickled::List>(&out_.at(arguments[0]));
    check(arguments.size() == 1 && pairs != nullptr, ErrorKind::Data,
          "pickle: OrderedDict takes a list of pairs");
    for (const Ref item : pairs->items) {
      const Pickled::List* const pair = std::get_if<Pickled::List>(&out_.at(item));
      check(pair != nullptr && pair->items.size() == 2, ErrorKind::Data,
            "pickle: OrderedDict takes a list of pairs");
      dict.items.emplace_back(pair->items[0], pair->items[1]);
    }
    return dict;
  }

  // Sets attributes (a state dict's _metadata); they are of no use here and dropped.
  void build() {
    const Ref state = pop();
    if (target_is_opaque()) return;
    const bool ordered = target<Pickled::Dict>("BUILD on no OrderedDict").ordered;
    check(ordered && std::holds_alternative<Pickled::Dict>(out_.at(state)), ErrorKind::Data,
          "pickle: BUILD on no OrderedDict at byte ", position() - 1);
  }

  void set_items(const std::vector<Ref>& items) {
    if (target_is_opaque()) return;
    Pickled::Dict& dict = target<Pickled::Dict>("SETITEM on no dictionary");
    check(items.size() % 2 == 0, ErrorKind::Data, "pickle: SETITEMS with a key without value");
    for (size_t i = 0; i < items.size(); i += 2) {
      const Value& key = out_.at(items[i]);
      check(key.index() <= Value(std::string()).index(), ErrorKind::Data,
            "pickle: a key is neither string nor number");
      dict.items.emplace_back(items[i], items[i + 1]);
    }
  }

  void append(const std::vector<Ref>& items) {
    if (target_is_opaque()) return;
    Pickled::List& list = target<Pickled::List>("APPEND on no list");
    list.items.insert(list.items.end(), items.begin(), items.end());
  }

  PickleInput input_;
  const StorageId ids_;
  const Limits::Pickle& limits_;
  const uint64_t max_rank_;
  Pickled out_;
  std::vector<Ref> stack_;
  std::vector<size_t> marks_;  // stack sizes
  std::unordered_map<uint32_t, Ref> memo_;
  uint8_t opcode_ = 0;
};

}  // namespace

Pickled run_pickle(ByteSource& file, uint64_t& offset, uint64_t end, StorageId ids,
                   const Limits& limits) {
  const uint64_t bound = std::min(end, offset + limits.pickle.bytes);
  Machine machine(file, offset, bound, ids, limits);
  Pickled out = machine.run();
  offset = machine.position();
  return out;
}

}  // namespace graft::transfer
