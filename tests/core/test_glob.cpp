#include <doctest/doctest.h>

#include "graft/core/glob.h"

namespace graft {

TEST_CASE("glob: stars, question marks and plain text") {
  CHECK(glob_match("conv1.weight", "conv1.weight"));
  CHECK(!glob_match("conv1.weight", "conv1.weights"));
  CHECK(!glob_match("conv1.weight", "conv1"));
  CHECK(glob_match("*.bias", "layer1.0.bn1.bias"));
  CHECK(!glob_match("*.bias", "layer1.0.bn1.bias2"));
  CHECK(glob_match("layer?.*.bn*", "layer2.10.bn1"));
  CHECK(!glob_match("layer?.", "layer10."));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("**", "anything"));
  CHECK(!glob_match("?", ""));
  CHECK(!glob_match("", "x"));
  CHECK(glob_match("", ""));
}

TEST_CASE("glob: a star gives back what it took") {
  CHECK(glob_match("*ab*ab", "abxabab"));
  CHECK(glob_match("a*b*c", "a1b2b3c"));
  CHECK(!glob_match("a*b*c", "a1b2b3"));
  CHECK(!glob_match("*a*a*a*a*a*b", std::string_view("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

TEST_CASE("glob: a module's name selects what lies below it") {
  CHECK(selects("layer1", "layer1.0.conv1.weight"));
  CHECK(selects("layer1", "layer1"));
  CHECK(!selects("layer1", "layer10.0.conv1.weight"));
  CHECK(!selects("layer1.0.conv", "layer1.0.conv1.weight"));
  CHECK(selects("layer?", "layer3.1.bn2.bias"));
  CHECK(selects("*.conv1", "layer3.1.conv1.weight"));
  CHECK(!selects("conv1.weight", "layer3.1.conv1.weight"));
}

}  // namespace graft
