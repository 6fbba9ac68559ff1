// What the command says and leaves behind when it is given something wrong.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/program.h"
#include "support/training_files.h"

namespace graft::cli {
namespace {

namespace fs = std::filesystem;
using testing::graft_command;
using testing::ProgramResult;
using testing::TempFolder;
using Words = std::vector<std::string>;

// A folder with IDX data of 3 classes, weights of mnist_cnn for 10, and what a test adds.
class Place {
 public:
  Place() {
    testing::write_idx(path() / "data", 18);
    testing::write_model(path() / "mnist.safetensors", "mnist_cnn", 10);
  }
  const fs::path& path() const { return folder_.path(); }

  // Must fail with `code` and one line on stderr that holds `parts`, and leave nothing half-done.
  void refuses(int code, Words words, const Words& parts, uint64_t max_file_bytes = 0) const {
    words.insert(words.end(), {"--device", "cpu", "-q"});
    const ProgramResult result =
        graft_command(words, {.folder = path(), .max_file_bytes = max_file_bytes});
    INFO("stderr: " << result.err);
    CHECK(result.code == code);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("graft: "));
    for (const std::string& part : parts) {
      CAPTURE(part);
      CHECK(result.err.find(part) != std::string::npos);
    }
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      const std::string name = entry.path().filename().string();
      CAPTURE(name);
      CHECK(name.find(".tmp") == std::string::npos);
      CHECK(name != "model.safetensors");
      CHECK_FALSE(name.ends_with(".npy"));
    }
  }
  // The shortest tune that would work, but for `words`, which replace what it says.
  static Words tune(const Words& words, const std::string& weights = "mnist.safetensors") {
    const std::vector<std::pair<std::string, std::string>> needed = {
        {"--weights", weights}, {"--epochs", "1"}, {"--batch", "8"}, {"--out", "run"}};
    Words all{"tune", "data/images-idx3-ubyte"};
    for (const auto& [name, value] : needed)
      if (std::find(words.begin(), words.end(), name) == words.end())
        all.insert(all.end(), {name, value});
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

 private:
  TempFolder folder_;
};

}  // namespace

TEST_CASE("command: damaged weights") {
  const Place place;
  std::vector<std::byte> bytes = testing::read_bytes(place.path() / "mnist.safetensors");
  std::vector<std::byte> cut(bytes.begin(), bytes.end() - 10);
  testing::write_bytes(place.path() / "cut.safetensors", cut);
  cut.resize(5);
  testing::write_bytes(place.path() / "stub.safetensors", cut);
  bytes[20] ^= std::byte{0x80};
  testing::write_bytes(place.path() / "flipped.safetensors", bytes);
  for (const char* file : {"cut.safetensors", "stub.safetensors", "flipped.safetensors"}) {
    CAPTURE(file);
    place.refuses(3, Place::tune({}, file), {file});
    place.refuses(3, {"info", file}, {file});
    place.refuses(3, {"audit", "mnist.safetensors", file}, {file});
    place.refuses(3, {"eval", "data/images-idx3-ubyte", "--model", "mnist_cnn", "--weights", file},
                  {file});
  }
  CHECK_FALSE(fs::exists(place.path() / "run"));  // found before anything was written
}

TEST_CASE("command: weights of another network, another head, a wrong name") {
  const Place place;
  place.refuses(3, Place::tune({"--model", "cifar_resnet20"}),
                {"likely cause: another architecture"});
  place.refuses(3, Place::tune({"--head", "keep"}),
                {"the data has 3 classes, the head that is kept has 10"});
  place.refuses(2, Place::tune({"--model", "mnist_cn"}), {"mnist_cn", "did you mean 'mnist_cnn'?"});
  place.refuses(2, Place::tune({"--freeze", "conv9"}),
                {"freeze: 'conv9' matches nothing; did you mean 'conv1'?"});
  testing::write_idx(place.path() / "many", 24, 12);
  place.refuses(
      2,
      {"eval", "many/images-idx3-ubyte", "--model", "mnist_cnn", "--weights", "mnist.safetensors"},
      {"graft: the data has 12 classes, the network knows 10"});
  CHECK_FALSE(fs::exists(place.path() / "run"));
}

TEST_CASE("command: pictures that cannot be used") {
  const Place place;
  const auto& root = place.path();
  testing::write_model(root / "rgb.safetensors", "cifar_resnet20", 10);
  const Words tune{"tune", "photos", "--weights", "rgb.safetensors", "--epochs", "1", "--batch",
                   "4",    "--out",  "run",       "--freeze",        "trunk"};
  testing::write_picture_folders(root / "photos", {"ant", "bee"}, 4);
  std::vector<std::byte> bytes = testing::read_bytes(root / "photos/bee/2.png");
  bytes.resize(bytes.size() / 2);
  testing::write_bytes(root / "photos/bee/2.png", bytes);
  place.refuses(3, tune, {"photos/bee/2.png"});
  place.refuses(
      3,
      {"predict", "photos/bee/2.png", "--weights", "rgb.safetensors", "--model", "cifar_resnet20"},
      {"photos/bee/2.png"});
  testing::write_text(root / "photos/bee/2.png", "no picture at all");
  place.refuses(3, tune, {"photos/bee/2.png"});
  fs::remove(root / "photos/bee/2.png");

  fs::create_directory(root / "photos/cat");
  place.refuses(3, tune, {"photos/cat", "no JPEG or PNG in the folder of class 'cat'"});
  fs::create_directory(root / "nothing");
  place.refuses(3, {"tune", "nothing", "--weights", "rgb.safetensors", "--out", "run"},
                {"no class folders"});
  testing::write_text(root / "odd.bin", "12345");
  place.refuses(3, {"tune", "odd.bin", "--weights", "rgb.safetensors", "--out", "run"},
                {"odd.bin", "neither CIFAR-10"});
}

TEST_CASE("command: files that are missing or cannot be read") {
  const Place place;
  fs::create_directory(place.path() / "folder.safetensors");
  fs::create_directory(place.path() / "folder.png");
  testing::write_text(place.path() / "taken", "a file where a folder is wanted");
  place.refuses(4, Place::tune({}, "absent.pth"), {"absent.pth"});
  place.refuses(4, Place::tune({}, "folder.safetensors"), {"folder.safetensors"});
  place.refuses(4, {"tune", "absent", "--scratch", "--model", "mnist_cnn", "--out", "run"},
                {"absent"});
  place.refuses(4, {"eval", "data/images-idx3-ubyte", "--run", "absent"}, {"absent"});
  for (const char* file : {"absent.png", "folder.png"})
    place.refuses(4, {"predict", file, "--model", "mnist_cnn", "--weights", "mnist.safetensors"},
                  {file});
  place.refuses(4, {"info", "folder.safetensors"}, {"folder.safetensors"});
  for (const char* out : {"taken", "taken/run"})
    place.refuses(4, Place::tune({"--out", out}), {"taken is a file, not a folder"});
  fs::remove(place.path() / "data/labels-idx1-ubyte");
  place.refuses(4, Place::tune({}), {"labels-idx1"});
}

TEST_CASE("command: demo finds out before its work that the report cannot be written") {
  const Place place;
  fs::create_directories(place.path() / "out/report.html");
  testing::write_text(place.path() / "taken", "a file where a folder is wanted");
  place.refuses(4, {"demo", "--out", "out"}, {"report.html", "a folder stands where"});
  place.refuses(4, {"demo", "--out", "taken"}, {"taken is a file, not a folder"});
}

TEST_CASE("command: a full disk") {
  const Place place;
  const auto tune = Place::tune({});
  // The model has 1.5 MB: the first checkpoint does not fit.
  place.refuses(4, tune, {"File too large"}, 1 << 20);
  place.refuses(4, tune, {"File too large"}, 200);  // not even run.json
  for (const auto& entry : fs::directory_iterator(place.path() / "run/ckpt"))
    CHECK(entry.path().filename() == ".lock");
  place.refuses(4,
                {"features", "data/images-idx3-ubyte", "--model", "mnist_cnn", "--weights",
                 "mnist.safetensors", "-o", "f.npy", "--at", "conv1"},
                {"f.npy"}, 1 << 12);
  place.refuses(4,
                {"eval", "data/images-idx3-ubyte", "--model", "mnist_cnn", "--weights",
                 "mnist.safetensors", "--logits", "l.npy"},
                {"l.npy"}, 100);
}

TEST_CASE("command: a folder for a weight file, a run without weights, a mobile format") {
  const Place place;
  const auto& root = place.path();
  fs::create_directory(root / "empty");
  testing::write_text(root / "begun/run.json", "{}");
  const std::string data = "data/images-idx3-ubyte";
  place.refuses(4, {"eval", data, "--run", "empty"},
                {"empty holds no run of `graft tune`: empty/model.safetensors is missing"});
  for (const Words& words : {Words{"eval", data, "--run", "begun"},
                             {"info", "begun"},
                             {"audit", "mnist.safetensors", "begun"}})
    place.refuses(
        4, words,
        {"begun holds a run without weights yet; `graft tune ... --resume` goes on with"});
  testing::write_text(root / "m.tflite", std::string("\x1c\0\0\0TFL3", 8) + "............");
  testing::write_text(root / "m.param", "7767517\n75 83\n");
  for (const char* file : {"m.tflite", "m.param"})
    place.refuses(3, {"info", file}, {"tools/convert.py makes a safetensors file of it"});
}

TEST_CASE("command: arrays replace nothing that is no array, and no input") {
  const Place place;
  const auto& root = place.path();
  fs::create_hard_link(root / "mnist.safetensors", root / "f.rows.tsv");
  const auto weights = testing::read_bytes(root / "mnist.safetensors");
  for (const auto& [command, option] : {std::pair{"features", "-o"}, {"eval", "--logits"}}) {
    const auto refused = [&](const std::string& out, int code, const std::string& text) {
      place.refuses(
          code, {command, "data/images-idx3-ubyte", "--weights", "mnist.safetensors", option, out},
          {out + text});
    };
    refused("mnist.safetensors", 2, ": the name of an array must end in .npy");
    refused("f.txt", 2, ": the name of an array must end in .npy");
    place.refuses(
        2, {command, "data/images-idx3-ubyte", "--weights", "mnist.safetensors", option, "f.npy"},
        {"f.rows.tsv would replace what this command reads"});
    refused("none/f.npy", 4, ": there is no folder none");
  }
  CHECK(testing::read_bytes(root / "mnist.safetensors") == weights);
  CHECK(testing::read_bytes(root / "f.rows.tsv") == weights);
  fs::remove(root / "f.rows.tsv");
  fs::rename(root / "mnist.safetensors", root / "weights.npy");
  const ProgramResult own = graft_command(
      {"features", "data/images-idx3-ubyte", "--weights", "weights.npy", "-o", "./weights.npy"},
      {.folder = root});
  CHECK(own.code == 2);
  CHECK(own.err ==
        "graft: ./weights.npy would replace what this command reads; give another name\n");
  CHECK(testing::read_bytes(root / "weights.npy") == weights);
}

TEST_CASE("command: training that diverges ends with 7 and names the step") {
  const Place place;
  place.refuses(7, Place::tune({"--lr", "1e30", "--epochs", "3"}),
                {"train: loss is", "at epoch 1, step 1", "Samples: images-idx3-ubyte["});
}

TEST_CASE("command: settings that make no sense") {
  const Place place;
  place.refuses(2, Place::tune({"--freze", "trunk"}),
                {"unknown option '--freze'; did you mean '--freeze'?"});
  place.refuses(2, Place::tune({"--scratch"}), {"--scratch"});
  place.refuses(2, Place::tune({"--freeze", "*"}),
                {"every parameter is frozen, nothing is left to train"});
  place.refuses(2, Place::tune({"--dev", "0"}), {"nothing to measure on"});
  place.refuses(2, Place::tune({"--val", "data/images-idx3-ubyte", "--patience", "3"}),
                {"--patience waits for gains on a share of the training data: give --dev above 0"});
  place.refuses(2, {"bench", "--batch", "2"}, {"--model NAME (or --weights FILE) is required"});
  // Said before the data is looked at.
  place.refuses(2, {"tune", "absent", "--scratch", "--model", "mnist_cn", "--out", "run"},
                {"model: no model 'mnist_cn'; did you mean 'mnist_cnn'?"});
  testing::write_picture_folders(place.path() / "photos", {"ant", "bee"}, 3);
  for (const char* out : {"photos", "photos/run", "other/../photos/ant"})
    place.refuses(2, {"tune", "photos", "--scratch", "--model", "cifar_resnet20", "--out", out},
                  {std::string("tune: ") + out + " lies in the data, "});
  place.refuses(2, Place::tune({"--epochs", "0"}), {"--epochs"});
  place.refuses(2,
                {"features", "data/images-idx3-ubyte", "--model", "mnist_cnn", "--weights",
                 "mnist.safetensors", "--at", "conv4", "-o", "f.npy"},
                {"no stage 'conv4'; did you mean 'conv1'?"});
  for (const auto& [device, code] : {std::pair{"tpu", 2}, {"cuda", 5}})
    CHECK(graft_command(Place::tune({"--device", device}), {.folder = place.path()}).code == code);
}

}  // namespace graft::cli
