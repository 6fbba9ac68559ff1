// What the command makes of the pictures it is given: classes by name, broken files, one class.
#include <doctest/doctest.h>

#include <algorithm>

#include "graft/core/error.h"
#include "graft/core/limits.h"
#include "graft/data/in_memory.h"
#include "graft/tools/cli/match_classes.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/metadata.h"
#include "graft/transfer/weights/weight_file.h"
#include "support/error_text.h"
#include "support/pictures.h"
#include "support/program.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::graft_command;
using testing::ProgramResult;
using testing::TempFolder;
using transfer::Json;
using Words = std::vector<std::string>;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Tunes cifar_resnet20's head on folders of pictures whose colour tells their place in `photos`.
ProgramResult tune(const fs::path& root, const Words& words = {}) {
  if (!fs::exists(root / "start.safetensors"))
    testing::write_model(root / "start.safetensors", "cifar_resnet20", 10);
  Words all{"tune",       "photos",  "--weights", "start.safetensors", "--freeze", "trunk", "--lr",
            "0.05",       "--batch", "4",         "--epochs",          "8",        "--out", "run",
            "--overwrite"};
  all.insert(all.end(), words.begin(), words.end());
  return graft_command(all, {.folder = root});
}

// One sample of each class, in memory.
data::DatasetPtr one_of_each(const Words& classes) {
  std::vector<data::Image> images;
  std::vector<int64_t> labels;
  for (size_t i = 0; i < classes.size(); ++i) {
    images.push_back(testing::noise_image(2, 2, 3, 10 * i));
    labels.push_back(static_cast<int64_t>(i));
  }
  return std::make_shared<data::InMemory>("drawn", std::move(images), std::move(labels), classes);
}

}  // namespace

TEST_CASE("classes: matched by name, in another order or a part of them") {
  const MatchedClasses match = match_classes(one_of_each({"bee", "ant"}), {"ant", "cat", "bee"}, 3);
  CHECK(match.note.empty());
  CHECK(match.dataset->class_names() == Words{"ant", "cat", "bee"});
  CHECK(match.dataset->label(0) == 2);
  CHECK(match.dataset->label(1) == 0);

  CHECK(error_text([] {
          match_classes(one_of_each({"ant", "bees"}), {"ant", "bee"}, 2);
        }) ==
        "the network does not know the class 'bees' of the data; it knows ant, bee; did you mean "
        "'bee'?");
  CHECK(
      error_text([] {
        match_classes(one_of_each({"x"}), {"a1", "a2", "a3", "a4", "a5", "a6"}, 6);
      })
          .starts_with("the network does not know the class 'x' of the data; it knows a1, a2, a3, "
                       "a4, a5, ... (6 in all)"));
  CHECK(error_text([] {
          match_classes(one_of_each({"crane"}), {"crane", "crane"}, 2);
        }) ==
        "the class 'crane' of the data is ambiguous: the network has two outputs of that name");
  CHECK(error_text([] { match_classes(one_of_each({"ant"}), {"ant"}, 2); }) ==
        "the weight file names 1 classes, its network has 2 outputs");
}

TEST_CASE("classes: matched by position where a side has no names, with a note") {
  CHECK(match_classes(one_of_each({"ant", "bee"}), {}, 2).note.empty());
  CHECK(error_text([] {
          match_classes(one_of_each({"ant", "bee"}), {}, 3);
        }) ==
        "the data has 2 classes, the network 3 outputs, and the weights name none: nothing tells "
        "which is which");
  MatchedClasses match = match_classes(one_of_each({"0", "1"}), {}, 3);
  CHECK_FALSE(match.by_name);
  CHECK(match.dataset->label(1) == 1);
  CHECK(match.note ==
        "classes are matched by position, because the weights name none: 2 in the data, 3 in the "
        "network");
  match = match_classes(one_of_each({"0", "1"}), {"zero", "one"}, 2);
  CHECK(match.dataset->label(1) == 1);
  CHECK(match.note.starts_with(
      "classes are matched by position, because the data has numbers for names"));
  CHECK(match_classes(one_of_each({"0", "1"}), {"1", "0"}, 2).dataset->label(1) == 0);
  CHECK(match_classes(one_of_each({"0", "1"}), {"0", "1", "2"}, 3).note.empty());
}

TEST_CASE("command: eval knows the classes of a folder by their names") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee", "cat"}, 10);
  REQUIRE(tune(root).code == 0);
  fs::create_directory(root / "some");
  for (const char* name : {"bee", "cat"})
    fs::copy(root / "photos" / name, root / "some" / name, fs::copy_options::recursive);
  const ProgramResult result =
      graft_command({"eval", "some", "--run", "run", "--json"}, {.folder = root});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  const Json json = transfer::read_json(result.out, Limits().json, "stdout");
  CHECK(json.at("n").as_integer("n") == 20);
  CHECK(json.at("accuracy").as_number("accuracy") == 1.0);
  CHECK(json.at("classes_matched_by").as_string("") == "name");

  fs::rename(root / "some/cat", root / "some/dog");
  const ProgramResult unknown = graft_command({"eval", "some", "--run", "run"}, {.folder = root});
  CHECK(unknown.code == 3);
  CHECK(unknown.err ==
        "graft: the network does not know the class 'dog' of the data; it knows ant, bee, cat\n");

  const ProgramResult nameless =
      graft_command({"eval", "some", "--weights", "start.safetensors", "--model", "cifar_resnet20"},
                    {.folder = root});
  CHECK(nameless.code == 2);
  CHECK(nameless.err ==
        "graft: the data has 2 classes, the network 10 outputs, and the weights name none: nothing "
        "tells which is which\n");
}

TEST_CASE("command: a head that is kept goes on meaning what the file says") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee"}, 5);
  testing::write_model(root / "start.safetensors", "cifar_resnet20", 2);
  transfer::WeightFile weights = transfer::read_weights(root / "start.safetensors");
  transfer::write_labels(weights.metadata, {"bee", "ant"});
  transfer::write_weights(root / "start.safetensors", weights);
  REQUIRE(tune(root, {"--head", "keep"}).code == 0);
  CHECK(testing::read_text(root / "run/labels.txt") == "bee\nant\n");
}

TEST_CASE("command: tune says what it found") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos/train", {"ant", "bee"}, 10);
  testing::write_picture_folders(root / "photos/val", {"ant", "bee"}, 3, 500);
  testing::write_text(root / "photos/train/ant/notes.txt", "x");
  testing::write_text(root / "photos/val/list.csv", "x");
  ProgramResult result = tune(root, {"--dev", "0.2", "--json"});
  REQUIRE(result.code == 0);
  CHECK(result.err.starts_with(
      "data: 16 train, 4 dev, 6 val samples; 2 classes: ant, bee; 2 files ignored (ant/notes.txt: "
      ".txt is not read; list.csv: .csv is not read)\n"));

  fs::remove_all(root / "photos/train/bee");
  fs::remove_all(root / "photos/val");
  fs::rename(root / "photos", root / "all");
  fs::rename(root / "all/train", root / "photos");
  result = tune(root);
  CHECK(result.code == 3);
  CHECK(result.err == "graft: tune: photos: one class: nothing to tell apart\n");
}

TEST_CASE("command: --val is matched by name, and may hold some of the classes") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee", "cat"}, 10);
  testing::write_picture_folders(root / "others", {"ant", "bee", "cat"}, 4, 500);
  fs::remove_all(root / "others/ant");
  ProgramResult result = tune(root, {"--val", "others", "--json"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.starts_with("others has no samples of ant\ndata: 30 train, 8 val samples; "));
  const Json json = transfer::read_json(result.out, Limits().json, "stdout");
  CHECK(json.at("val_n").as_integer("val_n") == 8);
  CHECK(json.at("val_accuracy").as_number("val_accuracy") == 1.0);  // not one class aside

  fs::rename(root / "others/bee", root / "others/bees");
  result = tune(root, {"--val", "others"});
  CHECK(result.code == 3);
  CHECK(result.err ==
        "graft: tune: others has classes that photos does not have: bees; it lacks ant, bee\n");
}

TEST_CASE("command: val/ beside train/ is matched as --val is") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos/train", {"ant", "bee", "cat"}, 10);
  testing::write_picture_folders(root / "photos/val", {"ant", "bee", "cat"}, 4, 500);
  fs::remove_all(root / "photos/val/ant");
  const std::string note = "photos/val has no samples of ant\n";
  const ProgramResult tuned = tune(root, {"--json"});
  INFO(tuned.err);
  REQUIRE(tuned.code == 0);
  CHECK(tuned.err.starts_with(note + "data: 30 train, 8 val samples; "));
  const ProgramResult measured =
      graft_command({"eval", "photos", "--run", "run", "--json"}, {.folder = root});
  CHECK(measured.err == note);
  for (const std::string& out : {tuned.out, measured.out}) {
    const Json json = transfer::read_json(out, Limits().json, "stdout");
    const bool eval = json.find("accuracy") != nullptr;
    CHECK(json.at(eval ? "accuracy" : "val_accuracy").as_number("accuracy") == 1.0);
  }
}

TEST_CASE("command: --skip-bad leaves out what cannot be read, the same at any thread count") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee"}, 10);
  testing::write_text(root / "photos/ant/3.png", "no picture");
  testing::write_text(root / "photos/bee/7.png", "");
  ProgramResult result = tune(root);
  CHECK(result.code == 3);
  CHECK(holds(result.err, ".png"));
  CHECK(holds(result.err, "; --skip-bad leaves out what cannot be read"));

  result = tune(root, {"--skip-bad", "--threads", "1"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.starts_with(
      "2 pictures cannot be read and are left out: ant/3.png, bee/7.png\ndata: 14 train, 4 dev "
      "samples; 2 classes: ant, bee\n"));
  const std::string bad = testing::read_text(root / "run/bad_files.txt");
  CHECK(bad.starts_with("ant/3.png\t"));
  CHECK(holds(bad, "\nbee/7.png\t"));
  CHECK(std::count(bad.begin(), bad.end(), '\n') == 2);
  const auto weights = testing::read_bytes(root / "run/model.safetensors");
  REQUIRE(tune(root, {"--skip-bad", "--threads", "2", "--workers", "3"}).code == 0);
  CHECK(testing::read_bytes(root / "run/model.safetensors") == weights);

  result = graft_command({"eval", "photos", "--run", "run"}, {.folder = root});
  CHECK(result.code == 3);
  CHECK(holds(result.err, "--skip-bad"));
  result =
      graft_command({"eval", "photos", "--run", "run", "--skip-bad", "--json"}, {.folder = root});
  CHECK(result.code == 0);
  CHECK(result.err == "2 pictures cannot be read and are left out: ant/3.png, bee/7.png\n");
  const Json json = transfer::read_json(result.out, Limits().json, "stdout");
  CHECK(json.at("n").as_integer("n") == 18);
  CHECK(json.at("bad_files").as_integer("bad_files") == 2);

  result = graft_command({"features", "photos", "--run", "run", "-o", "f.npy"}, {.folder = root});
  CHECK(result.code == 3);
  CHECK(holds(result.err, "; --skip-bad leaves out what cannot be read"));
  result =
      graft_command({"features", "photos", "--run", "run", "-o", "f.npy", "--skip-bad", "--json"},
                    {.folder = root});
  CHECK(result.code == 0);
  CHECK(result.err == "2 pictures cannot be read and are left out: ant/3.png, bee/7.png\n");
  const Json features = transfer::read_json(result.out, Limits().json, "stdout");
  CHECK(features.at("shape") == Json(Json::Array{18, 64}));
  CHECK(features.at("bad_files").as_integer("bad_files") == 2);
  CHECK(features.at("left_out") == Json(Json::Array{"ant/3.png", "bee/7.png"}));

  for (const auto& entry : fs::directory_iterator(root / "photos/bee"))
    testing::write_text(entry.path(), "");
  result = tune(root, {"--skip-bad", "-q"});
  CHECK(result.code == 3);
  CHECK(result.err == "graft: tune: --skip-bad leaves no picture of the class 'bee'\n");
}

TEST_CASE("command: --group-duplicates keeps equal pictures out of both parts") {
  const TempFolder folder;
  const auto& root = folder.path();
  testing::write_picture_folders(root / "photos", {"ant", "bee"}, 1);
  for (const char* name : {"ant", "bee"})
    for (int i = 1; i < 10; ++i)
      fs::copy(root / "photos" / name / "0.png",
               root / "photos" / name / (std::to_string(i) + ".png"));
  // All pictures of a class are one: the split can hold nothing out.
  CHECK(holds(tune(root).err, "data: 16 train, 4 dev samples"));
  const ProgramResult grouped =
      tune(root, {"--group-duplicates", "--val", "photos", "--dev", "0.2"});
  CHECK(grouped.code == 3);
  CHECK(holds(grouped.err, "nothing for the dev split: no class has two different samples"));
}

}  // namespace graft::cli
