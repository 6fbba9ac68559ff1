// graft bench: what it measures follows the freeze plan, and a base finds what has become slower.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "graft/core/limits.h"
#include "graft/transfer/json/json.h"
#include "support/files.h"
#include "support/program.h"

namespace graft::cli {
namespace {

using testing::graft_command;
using testing::ProgramResult;
using testing::TempFolder;
using transfer::Json;

const std::vector<std::string> kCommand = {"bench",     "--model", "mnist_cnn", "--batch", "2",
                                           "--seconds", "0",       "--json",    "-q"};

ProgramResult bench(std::vector<std::string> more, const TempFolder& folder) {
  more.insert(more.begin(), kCommand.begin(), kCommand.end());
  return graft_command(more, {.folder = folder.path()});
}

Json measured(const std::vector<std::string>& more, const TempFolder& folder) {
  const ProgramResult result = bench(more, folder);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return transfer::read_json(result.out, Limits().json, "stdout");
}

std::set<std::string> kernels(const Json& json, const char* part) {
  std::set<std::string> names;
  for (const Json& use : json.at(part).as_array(part)) {
    CHECK(use.at("ms").as_number("ms") > 0);
    CHECK(use.at("calls").as_integer("calls") > 0);
    names.insert(use.at("kernel").as_string("kernel"));
  }
  return names;
}

}  // namespace

TEST_CASE("bench: runs only the backward pass that the frozen parts leave") {
  const TempFolder folder;
  const Json all = measured({}, folder), head = measured({"--freeze", "trunk"}, folder);
  CHECK(kernels(all, "step_kernels").contains("conv2d_filter_grad"));
  CHECK(kernels(all, "step_kernels").contains("conv2d_input_grad"));
  CHECK_FALSE(kernels(head, "step_kernels").contains("conv2d_filter_grad"));
  CHECK_FALSE(kernels(head, "step_kernels").contains("conv2d_input_grad"));
  CHECK(kernels(head, "step_kernels").contains("linear_weight_grad"));  // the head's
  CHECK_FALSE(kernels(all, "evaluation_kernels").contains("linear_weight_grad"));
  CHECK(head.at("step_peak_bytes").as_integer("") < all.at("step_peak_bytes").as_integer(""));
  for (const char* time : {"evaluation", "forward", "backward", "update"})
    CHECK(all.at(time).as_number(time) > 0);
}

TEST_CASE("bench: --compare names what has grown, and refuses another setting") {
  const TempFolder folder;
  Json base = measured({}, folder);
  const auto against_base = [&] {
    testing::write_text(folder.path() / "base.json", transfer::write_json(base));
    return bench({"--compare", "base.json"}, folder);
  };
  for (const char* time : {"evaluation", "forward", "backward", "update"}) base.set(time, 1e6);
  CHECK(against_base().code == 0);
  base.set("backward", 1e-6);
  const ProgramResult slower = against_base();
  CHECK(slower.code == 9);
  CHECK(slower.err.starts_with("slower: backward: "));
  CHECK(std::count(slower.err.begin(), slower.err.end(), '\n') == 1);
  base.set("batch", 3);
  const ProgramResult refused = against_base();
  CHECK(refused.code == 2);
  CHECK(refused.err == "graft: bench: the base has another batch: 3, not 2\n");
  CHECK(refused.out.empty());  // nothing was measured
  base = transfer::Json::object();
  const ProgramResult empty = against_base();
  CHECK(empty.code == 3);
  CHECK(empty.err == "graft: base.json: is no result of `graft bench --json`: no model\n");
  CHECK(empty.out.empty());
}

}  // namespace graft::cli
