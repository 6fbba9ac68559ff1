#include <doctest/doctest.h>

#include "graft/transfer/wrapper_prefix.h"

namespace graft::transfer {
namespace {

using Words = std::vector<std::string>;

struct Stripped {
  Words names, notes;
  friend bool operator==(const Stripped&, const Stripped&) = default;
};

Stripped strip(Words names,
               const std::unordered_set<std::string_view>& known = {"fc.weight", "fc.bias"}) {
  Words notes = strip_wrapper_prefixes(names, known);
  return {std::move(names), std::move(notes)};
}

const Words kPlain{"fc.weight", "fc.bias"};

Words under(const std::string& prefix) { return {prefix + "fc.weight", prefix + "fc.bias"}; }

}  // namespace

TEST_CASE("wrapper prefix: each of the known ones is stripped, with a note") {
  CHECK(strip(kPlain) == Stripped{kPlain, {}});
  for (const std::string prefix : {"module.", "_orig_mod.", "model.", "net."})
    CHECK(strip(under(prefix)) == Stripped{kPlain, {"prefix \"" + prefix + "\" stripped"}});
  CHECK(strip(under("backbone.")) == Stripped{under("backbone."), {}});
}

TEST_CASE("wrapper prefix: nested ones come off in their order") {
  CHECK(strip(under("module._orig_mod.")) ==
        Stripped{kPlain, {"prefix \"module.\" stripped", "prefix \"_orig_mod.\" stripped"}});
  CHECK(strip(under("net.model.module.")).names == kPlain);
  CHECK(strip(under("model.model.")).names == kPlain);
}

TEST_CASE("wrapper prefix: stays where stripping makes no more names known") {
  CHECK(strip(under("model."), {"model.fc.weight", "model.fc.bias"}) ==
        Stripped{under("model."), {}});
  CHECK(strip(under("module."), {"conv1.weight"}) == Stripped{under("module."), {}});
  // The outer one is a wrapper's, the inner one the network's own.
  CHECK(strip(under("module.net."), {"net.fc.weight", "net.fc.bias"}) ==
        Stripped{under("net."), {"prefix \"module.\" stripped"}});
}

TEST_CASE("wrapper prefix: stays where not all names share it") {
  const Words mixed{"module.fc.weight", "epoch"};
  CHECK(strip(mixed) == Stripped{mixed, {}});
  CHECK(strip({}) == Stripped{{}, {}});
}

}  // namespace graft::transfer
