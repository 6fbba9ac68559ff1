#include <doctest/doctest.h>

#include "graft/core/error.h"
#include "graft/transfer/audit.h"
#include "graft/transfer/state.h"

namespace graft::transfer {
namespace {

Tensor numbered(const Shape& shape, float first = 0) {
  Tensor out = Tensor::empty(shape);
  for (int64_t i = 0; i < out.numel(); ++i) out.data<float>()[i] = first + static_cast<float>(i);
  return out;
}

// A small network: a stem, blocks in layer1 and a dense head.
std::vector<NamedTensor> network(int blocks, int64_t width, int64_t classes) {
  std::vector<NamedTensor> out;
  const auto add = [&](const std::string& path, const Shape& shape, Layout layout = Layout::Plain,
                       bool buffer = false) {
    out.push_back({path, Tensor::zeros(shape), buffer, layout});
  };
  add("conv1.weight", {width, 3, 3, 2}, Layout::Filter);
  for (int block = 0; block < blocks; ++block) {
    const std::string prefix = "layer1." + std::to_string(block) + ".";
    add(prefix + "conv1.weight", {width, 3, 3, width}, Layout::Filter);
    add(prefix + "bn1.weight", {width});
    add(prefix + "bn1.running_var", {width}, Layout::Plain, true);
    out.push_back({prefix + "bn1.num_batches_tracked", Tensor::zeros({}, DType::I64), true});
  }
  add("fc.weight", {classes, width});
  add("fc.bias", {classes});
  return out;
}

void fill(const std::vector<NamedTensor>& model) {
  float first = 1;
  for (NamedTensor named : model)
    if (named.tensor.dtype() == DType::F32)
      named.tensor.copy_(numbered(named.tensor.shape(), first++));
}

std::string refusal(const std::vector<NamedTensor>& model, const WeightFile& file) {
  const auto before = hash_tensors(model);
  try {
    load_state(model, file);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Data);
    CHECK(hash_tensors(model) == before);  // nothing was changed
    return error.what();
  }
  FAIL("the file was accepted");
  return "";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("state: saving and loading is exact, filters change their layout") {
  const auto source = network(2, 4, 5), target = network(2, 4, 5);
  fill(source);
  const WeightFile file = to_weight_file(source, {{"k", "v"}});
  CHECK(file.metadata.at("k") == "v");
  const Tensor& filter = *file.find("conv1.weight");
  CHECK(filter.shape() == Shape{4, 2, 3, 3});
  // [o,h,w,i] = (1,2,0,1) of [4,3,3,2] is [o,i,h,w] = (1,1,2,0) of [4,2,3,3].
  CHECK(filter.data<float>()[18 + 9 + 6] == source[0].tensor.data<float>()[18 + 12 + 1]);

  const LoadReport report = load_state(target, file);
  CHECK(report.complete());
  CHECK(report.loaded.size() == file.size());
  CHECK(hash_tensors(target) == hash_tensors(source));
  CHECK(hash_tensors(file) == hash_tensors(source));
}

TEST_CASE("state: wrappers' prefixes are stripped with a note, counters may be absent") {
  const auto source = network(1, 4, 5), target = network(1, 4, 5);
  fill(source);
  const WeightFile plain = to_weight_file(source);
  WeightFile file;
  for (const WeightFile::Entry& entry : plain.entries())
    if (!entry.name.ends_with("num_batches_tracked"))
      file.add("_orig_mod.module." + entry.name, entry.tensor);
  const LoadReport report = load_state(target, file);
  CHECK(report.complete());
  CHECK(report.notes ==
        std::vector<std::string>{"prefix \"_orig_mod.\" stripped", "prefix \"module.\" stripped"});
  CHECK(report.summary() ==
        "6 loaded; prefix \"_orig_mod.\" stripped; prefix \"module.\" stripped");
  CHECK(hash_tensors(target) == hash_tensors(source));
}

TEST_CASE("state: floating types convert, others must agree") {
  const std::vector<NamedTensor> model{{"w", Tensor::zeros({2}), false, Layout::Plain}};
  WeightFile halves, integers;
  halves.add("w", Tensor::from(std::vector<double>{1.5, -2}, {2}));
  load_state(model, halves);
  CHECK(model[0].tensor.data<float>()[1] == -2);
  integers.add("w", Tensor::from(std::vector<int64_t>{1, 2}, {2}));
  CHECK(contains(refusal(model, integers), "w file i64 model f32"));
}

TEST_CASE("state: another head is named with its sizes and the remedy") {
  const auto source = network(1, 4, 1000), target = network(1, 4, 2);
  fill(source);
  const WeightFile file = to_weight_file(source);
  const std::string text = refusal(target, file);
  CHECK(text ==
        "load: the weights do not fit the model: 2 tensors do not fit, 5 do\n"
        "  of another shape   2: fc.weight file [1000, 4] model [2, 4], fc.bias file [1000] model "
        "[2]\n"
        "  likely cause: another head: fc has 1000 outputs in the file, 2 in the model\n"
        "  remedy: make the model with 1000 classes, or skip \"fc\" and train a new head");

  LoadOptions skip_head;
  skip_head.skip = {"fc"};
  const LoadReport report = load_state(target, file, skip_head);
  CHECK(report.complete());
  CHECK(report.skipped == std::vector<std::string>{"fc.weight", "fc.bias"});
  CHECK(report.summary() == "5 loaded, 2 skipped");

  LoadOptions lax;
  lax.strict = false;
  CHECK(load_state(target, file, lax).mismatched.size() == 2);
}

TEST_CASE("state: another depth, another width, another architecture") {
  const auto target = network(3, 4, 5);
  const std::string deeper = refusal(target, to_weight_file(network(2, 4, 5)));
  CHECK(contains(deeper, "layer1 has 2 parts in the file, 3 in the model"));
  const std::string shallower = refusal(target, to_weight_file(network(40, 4, 5)));
  CHECK(contains(shallower, "layer1 has 40 parts in the file, 3 in the model"));
  CHECK(std::count(shallower.begin(), shallower.end(), '\n') < 8);
  CHECK(shallower.size() < 600);
  CHECK(contains(refusal(target, to_weight_file(network(3, 8, 5))), "another width or variant"));

  WeightFile other;
  other.add("encoder.embed.weight", Tensor::zeros({3, 3}));
  CHECK(contains(refusal(target, other),
                 "another architecture: the file begins with "
                 "encoder.embed.weight, the model with conv1.weight"));
  CHECK(contains(refusal(target, {}), "another architecture: the file begins with nothing"));

  WeightFile more = to_weight_file(target);
  more.add("extra.weight", Tensor::zeros({3, 3}));
  CHECK(refusal(target, more)
            .starts_with("load: the weights do not fit the model: 1 tensor does not fit, 15 do\n  "
                         "not in the model  "
                         " 1: extra.weight\n"));
}

TEST_CASE("state: transposed and TensorFlow layouts, folded normalisation") {
  const auto target = network(1, 4, 5);
  const WeightFile right = to_weight_file(target);
  const auto altered = [&](const char* path, const Shape& shape) {
    WeightFile file;
    for (const WeightFile::Entry& entry : right.entries())
      file.add(entry.name, entry.name == path ? Tensor::zeros(shape) : entry.tensor);
    return file;
  };
  CHECK(contains(refusal(target, altered("fc.weight", {4, 5})),
                 "dense weights are transposed: fc.weight is [in, out] in the file"));
  CHECK(contains(refusal(target, altered("conv1.weight", {3, 3, 2, 4})), "TensorFlow's layout"));

  WeightFile folded;
  for (const WeightFile::Entry& entry : right.entries())
    if (!contains(entry.name, "bn1")) folded.add(entry.name, entry.tensor);
  folded.add("layer1.0.conv1.bias", Tensor::zeros({4}));
  CHECK(contains(refusal(target, folded), "batch normalisation is folded"));
}

TEST_CASE("audit: says which tensors changed, bit by bit") {
  auto model = network(1, 4, 5);
  fill(model);
  const auto before = hash_tensors(model);
  CHECK(compare(before, hash_tensors(model)).summary() == "7 equal, 0 changed");
  model.back().tensor.data<float>()[4] += 1e-6f * model.back().tensor.data<float>()[4];
  model.erase(model.begin());
  model.push_back({"new", Tensor::zeros({1})});
  const AuditReport report = compare(before, hash_tensors(model));
  CHECK(report.changed == std::vector<std::string>{"fc.bias"});
  CHECK(report.only_before == std::vector<std::string>{"conv1.weight"});
  CHECK(report.only_after == std::vector<std::string>{"new"});
  CHECK(report.summary() == "5 equal, 1 changed, 1 only before, 1 only after");
}

TEST_CASE("audit: shape and type count, not bytes alone") {
  const Tensor zeros = Tensor::zeros({4});
  const auto hash = [](const Tensor& t) {
    return hash_tensors({{"t", t, false, Layout::Plain}})[0].sha256;
  };
  CHECK(hash(zeros) != hash(Tensor::zeros({2, 2})));
  CHECK(hash(zeros) != hash(Tensor::zeros({4}, DType::I32)));
}

}  // namespace graft::transfer
