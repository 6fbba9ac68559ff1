#include <doctest/doctest.h>

#include "graft/core/text.h"
#include "support/formula.h"

TEST_CASE("text: fnv1a matches the published test vectors") {
  CHECK(graft::fnv1a("") == 0xcbf29ce484222325u);
  CHECK(graft::fnv1a("a") == 0xaf63dc4c8601ec8cu);
  CHECK(graft::fnv1a("foobar") == 0x85944171f73967e8u);
  CHECK(graft::fnv1a("bar", graft::fnv1a("foo")) == graft::fnv1a("foobar"));
}

TEST_CASE("text: a misspelt word finds its neighbour, a foreign one none") {
  const std::vector<std::string> known{"resnet18", "resnet50", "mobilenet_v2"};
  CHECK(graft::did_you_mean("resnet8", known) == "; did you mean 'resnet18'?");
  CHECK(graft::did_you_mean("mobilnet_v2", known) == "; did you mean 'mobilenet_v2'?");
  CHECK(graft::did_you_mean("zebra", known).empty());
}

TEST_CASE("text: the formula of the golden values is the one documented beside them") {
  using namespace graft::testing;
  CHECK((graft::fnv1a("input.0") & 0xffffffffu) == 0x5961494du);
  CHECK(formula_bits("input.0", 0) == 0xa75a511926508ed8u);
  CHECK(formula_unit("input.0", 0) == 0.3074437379837036f);
  CHECK(formula_unit("input.0", 3) == -0.9498231410980225f);
  CHECK(formula_position("conv1.weight.sample", 1, 9408) == 8397);
}

TEST_CASE("text: join puts the separator between words only") {
  CHECK(graft::join({}, ", ").empty());
  CHECK(graft::join({"a"}, ", ") == "a");
  CHECK(graft::join({"a", "", "b"}, ", ") == "a, , b");
}
