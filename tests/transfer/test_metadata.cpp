#include <doctest/doctest.h>

#include "graft/core/error.h"
#include "graft/transfer/metadata.h"

namespace graft::transfer {

TEST_CASE("preprocess contract: what is written is read") {
  Preprocess contract;
  contract.resize_short = 259;
  contract.filter = ResizeFilter::Bicubic;
  contract.crop_height = 227;
  contract.crop_width = 200;
  contract.colour = ColourOrder::Bgr;
  contract.range = 1;
  contract.mean = {104, 117, 123};
  contract.std = {1, 0.1, 1};
  Metadata metadata;
  CHECK_FALSE(read_preprocess(metadata).has_value());
  write_preprocess(metadata, contract);
  CHECK(read_preprocess(metadata) == contract);

  contract.colour = ColourOrder::Grey;
  contract.mean = {0.1307, 0.1307, 0.1307};
  contract.std = {0.3081, 0.3081, 0.3081};
  write_preprocess(metadata, contract);
  CHECK(read_preprocess(metadata) == contract);
}

TEST_CASE("preprocess contract: the converter's form is read") {
  const Metadata metadata{
      {"graft.preprocess",
       "{\"resize_short\": 256, \"filter\": \"bilinear\", \"crop\": [224, 224], \"colour\": "
       "\"rgb\","
       " \"range\": 1, \"mean\": [127.5, 127.5, 127.5], \"std\": [127.5, 127.5, 127.5]}"},
      {"graft.labels", "[\"ant\", \"b\\u00e9e\"]"},
      {"graft.model", "mobilenet_v2"}};
  const auto contract = read_preprocess(metadata);
  REQUIRE(contract.has_value());
  CHECK(contract->range == 1.0);
  CHECK(contract->mean[2] == 127.5);
  CHECK(read_labels(metadata) == std::vector<std::string>{"ant",
                                                          "b\xc3\xa9"
                                                          "e"});
  CHECK(read_model_name(metadata) == "mobilenet_v2");
  CHECK(read_model_options(metadata).empty());
}

TEST_CASE("preprocess contract: nonsense is refused by its field") {
  const auto refuse = [](const std::string& from, const std::string& to, const char* text) {
    std::string json =
        R"({"resize_short": 256, "filter": "bilinear", "crop": [224, 224], "colour": "rgb", )"
        R"("range": 255, "mean": [0, 0, 0], "std": [1, 1, 1]})";
    json.replace(json.find(from), from.size(), to);
    CHECK_THROWS_WITH_AS(read_preprocess({{"graft.preprocess", json}}), text, Error);
  };
  refuse("\"bilinear\"", "\"nearest\"", "preprocess: filter \"nearest\" is unknown");
  refuse("[224, 224]", "[224]", "preprocess: crop needs height and width");
  refuse("[224, 224]", "[224, 0]", "preprocess: crop 0 is out of range");
  refuse("[224, 224]", "[224, 99999999999]", "preprocess: crop 99999999999 is out of range");
  refuse("[1, 1, 1]", "[1, 0, 1]", "preprocess: range and std must be positive, mean finite");
  refuse("[1, 1, 1]", "[1]", "preprocess: std has 1 channels, the colour order has 3");
  refuse("256", "25.5", "resize_short: is not an integer");
  refuse("\"range\": 255, ", "", "json: \"range\" is missing");
}

TEST_CASE("preprocess contract: labels and model survive") {
  Metadata metadata;
  CHECK(read_labels(metadata).empty());
  write_labels(metadata, {"a, b", "\"q\"", ""});
  CHECK(read_labels(metadata) == std::vector<std::string>{"a, b", "\"q\"", ""});
  write_model(metadata, "resnet18", "padding=same");
  CHECK(read_model_name(metadata) == "resnet18");
  CHECK(read_model_options(metadata) == "padding=same");
  CHECK_FALSE(read_linear_head(metadata));
  write_linear_head(metadata);
  CHECK(read_linear_head(metadata));
  CHECK_THROWS_WITH_AS(read_linear_head({{"graft.head", "round"}}),
                       "graft.head: unknown head 'round'", Error);
}

}  // namespace graft::transfer
