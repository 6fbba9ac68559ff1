// The command as a user runs it: tune, then everything that reads what tune wrote.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "graft/core/limits.h"
#include "graft/data/image_folder.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/weights/weight_file.h"
#include "support/program.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

using testing::graft_command;
using testing::ProgramResult;
using testing::TempFolder;
using transfer::Json;

Json json_of(const std::string& text) { return transfer::read_json(text, Limits().json, "stdout"); }

// stdout of a command that must succeed.
Json run_json(std::vector<std::string> words, const std::filesystem::path& folder) {
  words.insert(words.end(), {"--json", "--device", "cpu", "-q"});
  const ProgramResult result = graft_command(words, {.folder = folder});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 1);  // one line, one object
  const Json json = json_of(result.out);
  CHECK(json.at("schema").as_integer("schema") == 1);
  return json;
}

std::vector<Json> lines_of(const std::filesystem::path& path) {
  std::vector<Json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(json_of(line));
  return lines;
}

}  // namespace

TEST_CASE("command: tune, eval, predict, features, info, audit on folders of pictures") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos/train", {"ant", "bee"}, 8);
  testing::write_picture_folders(root / "photos/val", {"ant", "bee"}, 3, 500);
  testing::write_model(root / "start.safetensors", "cifar_resnet20", 10);

  const Json tuned = run_json(
      {"tune", "photos", "--model", "cifar_resnet20", "--weights", "start.safetensors", "--freeze",
       "trunk", "--epochs", "8", "--lr", "0.05", "--batch", "4", "--out", "run"},
      root);
  CHECK(tuned.at("epochs").as_integer("epochs") == 8);
  CHECK(tuned.at("val_n").as_integer("val_n") == 6);
  CHECK(tuned.at("val_accuracy").as_number("val_accuracy") == 1.0);  // colour tells the class
  CHECK(tuned.at("measured_on").as_string("measured_on") == "val");
  CHECK(tuned.at("seconds").as_number("seconds") > 0);
  CHECK(tuned.at("seconds_features").as_number("seconds_features") > 0);
  CHECK(tuned.at("cache").as_string("cache") == "holds the output of avgpool");
  for (const char* name :
       {"model.safetensors", "run.json", "metrics.jsonl", "labels.txt", "report.html"}) {
    CAPTURE(name);
    CHECK(std::filesystem::file_size(root / "run" / name) > 0);
  }
  const std::vector<Json> metrics = lines_of(root / "run/metrics.jsonl");
  REQUIRE(metrics.size() == 9);  // the epochs and the result
  for (int64_t i = 0; i < 8; ++i)
    CHECK(metrics[static_cast<size_t>(i)].at("epoch").as_integer("epoch") == i + 1);

  const Json measured =
      run_json({"eval", "photos", "--run", "run", "--logits", "logits.npy"}, root);
  CHECK(measured.at("accuracy") == tuned.at("val_accuracy"));
  CHECK(measured.at("loss") == tuned.at("val_loss"));
  CHECK(measured.at("n").as_integer("n") == 6);
  CHECK(std::filesystem::file_size(root / "logits.npy") == 128 + 6 * 2 * 4);
  CHECK(measured.at("rows").as_string("rows") == "logits.rows.tsv");
  CHECK(testing::read_text(root / "logits.rows.tsv") ==
        "ant/0.png\tant\nant/1.png\tant\nant/2.png\tant\n"
        "bee/0.png\tbee\nbee/1.png\tbee\nbee/2.png\tbee\n");

  const Json predicted = run_json(
      {"predict", "photos/val/ant/0.png", "photos/val/bee/2.png", "--run", "run", "--top", "5"},
      root);
  const Json::Array& predictions = predicted.at("predictions").as_array("predictions");
  REQUIRE(predictions.size() == 2);
  for (const auto& [index, label] : {std::pair<size_t, const char*>{0, "ant"}, {1, "bee"}}) {
    const Json::Array& top = predictions[index].at("top").as_array("top");
    REQUIRE(top.size() == 2);  // not more than there are
    CHECK(top[0].at("label").as_string("label") == label);
    CHECK(top[0].at("probability").as_number("p") + top[1].at("probability").as_number("p") ==
          doctest::Approx(1));
  }

  const Json features = run_json({"features", "photos", "--model", "cifar_resnet20", "--weights",
                                  "start.safetensors", "--at", "layer3", "-o", "layer3.npy"},
                                 root);
  CHECK(features.at("at").as_string("at") == "layer3.2");
  CHECK(features.at("shape") == Json(Json::Array{16, 8, 8, 64}));
  CHECK(std::filesystem::file_size(root / "layer3.npy") == 128 + 16 * 8 * 8 * 64 * 4);
  const std::string rows = testing::read_text(root / features.at("rows").as_string("rows"));
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 16);
  CHECK(rows.ends_with("\nbee/7.png\tbee\n"));

  const Json info = run_json({"info", "run/model.safetensors"}, root);
  CHECK(info.at("format").as_string("format") == "safetensors");
  CHECK(info.at("metadata").at("graft.model").as_string("model") == "cifar_resnet20");
  CHECK(info.at("metadata").at("graft.labels").as_string("labels") == "[\"ant\", \"bee\"]");

  const Json audit = run_json({"audit", "start.safetensors", "run/model.safetensors"}, root);
  CHECK(audit.at("changed") == Json(Json::Array{"linear.weight", "linear.bias"}));
  CHECK(audit.at("equal").as_array("equal").size() ==
        info.at("tensors").as_array("tensors").size() - 2);
  CHECK(audit.at("only_before").as_array("only_before").empty());
}

TEST_CASE("command: predict names what it can, and tells of the others") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root, {"ant"}, 2);
  testing::write_model(root / "start.safetensors", "cifar_resnet20", 10);
  testing::write_text(root / "bad.png", "no picture");
  const std::vector<std::string> words = {"predict",          "ant/0.png", "bad.png",
                                          "absent.png",       "ant/1.png", "--weights",
                                          "start.safetensors"};
  const ProgramResult text = graft_command(words, {.folder = root});
  CHECK(text.code == 3);  // of the first that is bad
  CHECK(text.out.starts_with("ant/0.png\t"));
  CHECK(text.out.find("\nant/1.png\t") != std::string::npos);
  CHECK(std::count(text.out.begin(), text.out.end(), '\n') == 2);
  CHECK(text.err.starts_with("graft: decode: bad.png: "));
  CHECK(text.err.find("\ngraft: open: absent.png: ") != std::string::npos);

  std::vector<std::string> with_json = words;
  with_json.emplace_back("--json");
  const ProgramResult json = graft_command(with_json, {.folder = root});
  CHECK(json.code == 3);
  CHECK(json.err == text.err);
  const Json parsed = json_of(json.out);
  const Json::Array& predictions = parsed.at("predictions").as_array("predictions");
  REQUIRE(predictions.size() == 4);
  for (const size_t good : {size_t{0}, size_t{3}}) {
    CHECK(predictions[good].at("top").as_array("top").size() == 1);
    CHECK(predictions[good].find("error") == nullptr);
  }
  CHECK(predictions[1].at("file").as_string("file") == "bad.png");
  CHECK(predictions[1].find("top") == nullptr);
  CHECK(predictions[1].at("error").as_string("error").starts_with("decode: bad.png: "));
  CHECK(predictions[2].at("error").as_string("error").starts_with("open: absent.png: "));
}

TEST_CASE("command: a file's name cannot break predict's lines") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root, {"a\nb\tc"}, 1);
  testing::write_model(root / "start.safetensors", "cifar_resnet20", 10);
  // The file names its model.
  const ProgramResult result = graft_command(
      {"predict", "a\nb\tc/0.png", "--weights", "start.safetensors"}, {.folder = root});
  CHECK(result.code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.starts_with("a\\nb\\tc/0.png\t"));
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 1);
}

TEST_CASE("command: a tuned network can be tuned on, its head kept or not") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_idx(root / "data", 24);
  const std::vector<std::string> small = {"--epochs", "1", "--batch", "8", "--lr", "0.01"};
  const auto tune = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"tune", "data/images-idx3-ubyte"});
    words.insert(words.end(), small.begin(), small.end());
    return run_json(words, root);
  };
  tune({"--scratch", "--model", "mnist_cnn", "--out", "first"});
  // The weights say which model they are of.
  tune({"--weights", "first/model.safetensors", "--head", "keep", "--freeze", "conv1..fc1,fc2",
        "--out", "kept"});
  const Json kept = run_json({"audit", "first/model.safetensors", "kept/model.safetensors"}, root);
  for (const Json& path : kept.at("changed").as_array("changed"))
    CHECK(path.as_string("path").starts_with("norm2."));
  tune({"--weights", "first/model.safetensors", "--freeze", "trunk", "--out", "new"});
  const Json fresh = run_json({"audit", "first/model.safetensors", "new/model.safetensors"}, root);
  CHECK(fresh.at("changed").as_array("changed").size() > 2);
}

TEST_CASE("command: a run's folder where its weights are meant; norms that were folded") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee"}, 5);
  testing::write_model(root / "start.safetensors", "cifar_resnet20", 10);
  const transfer::WeightFile plain = transfer::read_weights(root / "start.safetensors");
  transfer::WeightFile folded;  // its norms still hold the means and variances of a new network
  folded.metadata = plain.metadata;
  for (const auto& [name, tensor] : plain.entries()) {
    const bool bias_of_norm = name.find("bn") != std::string::npos && name.ends_with(".bias");
    folded.add(name, bias_of_norm ? tensor.clone().fill_(0.5) : tensor);
  }
  transfer::write_weights(root / "folded.safetensors", folded);
  const auto tune = [&](const std::string& weights, const std::string& freeze) {
    const ProgramResult result =
        graft_command({"tune", "photos", "--weights", weights, "--freeze", freeze, "--epochs", "1",
                       "--batch", "4", "--out", "run", "--overwrite"},
                      {.folder = root});
    REQUIRE(result.code == 0);
    return result.err;
  };
  CHECK(tune("folded.safetensors", "conv1")
            .find("warning: 19 batch norms are folded into the "
                  "filters before them") != std::string::npos);
  CHECK(tune("folded.safetensors", "conv1").find("--freeze conv1,norms keeps them\n") !=
        std::string::npos);
  CHECK(tune("folded.safetensors", "conv1,norms").find("warning") == std::string::npos);
  CHECK(tune("start.safetensors", "conv1").find("warning") == std::string::npos);
  const ProgramResult info = graft_command({"info", "run"}, {.folder = root});
  CHECK(info.code == 4);
  CHECK(info.err ==
        "graft: run is a folder; the weights of the run in it are run/model.safetensors\n");
}

TEST_CASE("command: what tune measures on") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_idx(root / "data", 30);
  testing::write_idx(root / "other", 12, 3, 700);
  const auto tune = [&](std::vector<std::string> words) {
    words.insert(words.begin(),
                 {"tune", "data/images-idx3-ubyte", "--scratch", "--model", "mnist_cnn", "--epochs",
                  "1", "--batch", "8", "--out", "run", "--overwrite"});
    const Json result = run_json(words, root);
    std::ifstream in(root / "run/run.json");
    const Json config = json_of({std::istreambuf_iterator<char>(in), {}});
    CHECK(config.at("device").as_string("device") == "cpu");
    return std::tuple{config.at("train_samples").as_integer(""),
                      config.at("dev_samples").as_integer(""), result.at("val_n").as_integer(""),
                      result.at("measured_on").as_string("")};
  };
  const std::string split = "dev split that chose the epoch";
  CHECK(tune({}) == std::tuple{24, 6, 6, split});
  CHECK(tune({"--dev", "0.5"}) == std::tuple{15, 15, 15, split});
  CHECK(tune({"--val", "other/images-idx3-ubyte"}) == std::tuple{30, 0, 12, std::string("val")});
  CHECK(tune({"--val", "other/images-idx3-ubyte", "--dev", "0.2"}) ==
        std::tuple{24, 6, 12, std::string("val")});
  CHECK(tune({"--per-class", "2"}) == std::tuple{6, 6, 6, split});
}

TEST_CASE(
    "command: the same seed gives the same file, another seed another, threads do not matter") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_idx(root / "data", 18);
  const auto tune = [&](const std::string& out, std::vector<std::string> words) {
    words.insert(words.begin(), {"tune", "data/images-idx3-ubyte", "--scratch", "--model",
                                 "mnist_cnn", "--epochs", "1", "--batch", "8", "--out", out});
    run_json(words, root);
    return testing::read_bytes(root / out / "model.safetensors");
  };
  const auto one = tune("one", {"--seed", "3", "--threads", "1"});
  CHECK(tune("two", {"--seed", "3", "--threads", "2", "--workers", "3"}) == one);
  CHECK(tune("three", {"--seed", "4", "--threads", "1"}) != one);
}

}  // namespace graft::cli
