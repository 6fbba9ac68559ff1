#include <doctest/doctest.h>
#include <unistd.h>

#include <numeric>

#include "graft/core/error.h"
#include "graft/data/cifar10.h"
#include "graft/data/gzip.h"
#include "graft/data/idx.h"
#include "graft/data/image_folder.h"
#include "graft/data/in_memory.h"
#include "graft/data/open_dataset.h"
#include "graft/data/relabelled.h"
#include "graft/data/subset.h"
#include "support/assets.h"
#include "support/files.h"
#include "support/pictures.h"

namespace graft::data {

using namespace graft::testing;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

void write_picture(const fs::path& path, uint64_t seed = 0) {
  write_bytes(path, png_bytes(noise_image(5, 6, 3, seed)));
}

std::string idx_text(const std::vector<uint32_t>& extents, std::string_view elements) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const uint32_t extent : extents)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(extent >> shift & 0xff);
  return text + std::string(elements);
}

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.what();
  }
  return "no error";
}

std::vector<int64_t> class_counts(const Dataset& dataset) {
  std::vector<int64_t> counts(static_cast<size_t>(dataset.class_count()));
  for (int64_t i = 0; i < dataset.size(); ++i) ++counts[static_cast<size_t>(dataset.label(i))];
  return counts;
}

}  // namespace

TEST_CASE("image folder: classes and samples are sorted, strays listed with a reason") {
  const TempFolder folder;
  const fs::path root = folder.path();
  write_picture(root / "bees" / "b.PNG", 1);
  write_picture(root / "bees" / "a.jpeg", 2);  // what a file holds is seen when it is read
  write_picture(root / "bees" / "deep" / "er" / "c.png", 3);
  write_picture(root / "ants" / "one two.png", 4);
  write_text(root / "ants" / "notes.txt", "x");
  write_text(root / "ants" / "gone.gif", "GIF89a");
  write_text(root / "ants" / ".hidden.png", "x");
  write_text(root / "ants" / "README", "x");
  write_picture(root / "top.png");
  fs::create_directories(root / ".git");

  const ImageFolder dataset(root);
  CHECK(dataset.class_names() == Names{"ants", "bees"});
  REQUIRE(dataset.size() == 4);
  CHECK(dataset.id(0) == "ants/one two.png");
  CHECK(dataset.id(1) == "bees/a.jpeg");
  CHECK(dataset.id(2) == "bees/b.PNG");
  CHECK(dataset.id(3) == "bees/deep/er/c.png");
  CHECK(dataset.label(0) == 0);
  CHECK(dataset.label(3) == 1);
  CHECK(dataset.image(1) == noise_image(5, 6, 3, 2));
  CHECK(dataset.image(3) == noise_image(5, 6, 3, 3));
  const std::vector<SkippedFile> expected{{".git", "hidden"},
                                          {"ants/.hidden.png", "hidden"},
                                          {"ants/README", "no JPEG or PNG by its name"},
                                          {"ants/gone.gif", ".gif is not read"},
                                          {"ants/notes.txt", ".txt is not read"},
                                          {"top.png", "not in the folder of a class"}};
  CHECK(dataset.skipped() == expected);
  const Subset some(std::make_shared<ImageFolder>(root), {3, 0});
  CHECK(some.skipped() == expected);
}

TEST_CASE("image folder: links to folders and pictures are followed, never in a circle") {
  const TempFolder folder;
  const fs::path root = folder.path() / "photos", store = folder.path() / "store";
  write_picture(root / "ants" / "1.png", 1);
  write_picture(store / "bees" / "1.png", 2);
  write_picture(store / "more" / "2.png", 3);
  fs::create_directory_symlink(store / "bees", root / "bees");
  fs::create_directory_symlink("../more", store / "bees" / "more");  // below a link
  fs::create_symlink(store / "more" / "2.png", root / "ants" / "2.png");
  fs::create_symlink(store / "gone.png", root / "ants" / "gone.png");
  fs::create_directory_symlink("..", root / "ants" / "root");
  fs::create_directory_symlink(folder.path(), root / "outer");
  fs::create_directory_symlink("../bees", store / "more" / "back");  // a circle of two links
  fs::create_symlink("self.png", root / "ants" / "self.png");

  const ImageFolder dataset(root);
  CHECK(dataset.class_names() == Names{"ants", "bees"});
  REQUIRE(dataset.size() == 4);
  CHECK(dataset.id(1) == "ants/2.png");
  CHECK(dataset.image(1) == noise_image(5, 6, 3, 3));
  CHECK(dataset.id(2) == "bees/1.png");
  CHECK(dataset.id(3) == "bees/more/2.png");
  CHECK(dataset.fingerprint(1) == std::to_string(fs::file_size(store / "more" / "2.png")));
  const std::string around = "a symbolic link to a folder around it";
  const std::vector<SkippedFile> expected{{"ants/gone.png", "a symbolic link to nothing"},
                                          {"ants/root", around},
                                          {"ants/self.png", "a symbolic link to nothing"},
                                          {"bees/more/back", around},
                                          {"outer", around}};
  CHECK(dataset.skipped() == expected);
  fs::create_directory_symlink(root, folder.path() / "train");
  fs::create_directory_symlink(root, folder.path() / "val");
  CHECK(open_dataset(folder.path()).val != nullptr);
}

TEST_CASE("image folder: an empty class, no class, a missing folder are named") {
  const TempFolder folder;
  const fs::path root = folder.path();
  CHECK(message_of([&] { ImageFolder{root}; }) ==
        "data: image folder: " + root.string() +
            ": no class folders; expected <class>/<picture>.jpg below it");
  write_picture(root / "ants" / "a.png");
  write_text(root / "bees" / "b.gif", "GIF89a");
  CHECK(message_of([&] { ImageFolder{root}; }) ==
        "data: image folder: " + (root / "bees").string() +
            ": no JPEG or PNG in the folder of class 'bees'");
  CHECK(message_of([&] { ImageFolder{root / "none"}; }) ==
        "io: list: " + (root / "none").string() + ": No such file or directory");
  fs::create_symlink("circle", root / "circle");
  CHECK(message_of([&] { ImageFolder{root / "circle"}; }) ==
        "io: list: " + (root / "circle").string() + ": Too many levels of symbolic links");
}

TEST_CASE("image folder: broken pictures are named when they are read") {
  const TempFolder folder;
  const fs::path root = folder.path();
  write_text(root / "a" / "gif.jpg", "GIF89a");
  write_text(root / "a" / "gone.png", "x");
  std::vector<std::byte> cut = png_bytes(noise_image(5, 6, 3));
  cut.resize(60);
  write_bytes(root / "a" / "cut.png", cut);
  const ImageFolder dataset(root);
  CHECK(message_of([&] { dataset.image(0); }) ==
        "data: decode: " + (root / "a/cut.png").string() + ": PNG: the file is cut short");
  CHECK(message_of([&] { dataset.image(1); }) ==
        "data: decode: " + (root / "a/gif.jpg").string() +
            ": looks like GIF; only JPEG and PNG are read");
  fs::remove(root / "a/gone.png");
  CHECK(message_of([&] { dataset.image(2); }) ==
        "io: open: " + (root / "a/gone.png").string() + ": No such file or directory");
  CHECK(message_of([&] { dataset.image(3); }) == "argument: dataset: no sample 3 of 3");
}

TEST_CASE("image folder: a picture that may not be read is named when it is read") {
  if (geteuid() == 0) return skip("a user who may not read everything");
  const TempFolder folder;
  const fs::path root = folder.path();
  write_picture(root / "a" / "secret.png");
  fs::permissions(root / "a" / "secret.png", fs::perms::none);
  CHECK(message_of([&] { ImageFolder{root}.image(0); }) ==
        "io: open: " + (root / "a/secret.png").string() + ": Permission denied");
}

TEST_CASE("image folder: the limits hold") {
  const TempFolder folder;
  const fs::path root = folder.path();
  write_picture(root / "a" / "b" / "c" / "d.png");
  Limits limits;
  limits.walk.depth = 3;
  CHECK(ImageFolder(root, limits).size() == 1);
  limits.walk.depth = 2;
  CHECK(message_of([&] { ImageFolder(root, limits); }) ==
        "limit: image folder: " + (root / "a/b/c").string() + ": deeper than 2 folders");
  limits = {};
  limits.walk.files = 2;
  CHECK(message_of([&] { ImageFolder(root, limits); }) ==
        "limit: image folder: " + root.string() + ": more than 2 files");
  limits = {};
  limits.image.file_bytes = 20;
  const ImageFolder small(root, limits);
  CHECK(message_of([&] { small.image(0); }).starts_with("limit: read: "));
}

TEST_CASE("image folder: the ants and bees") {
  const auto folder = asset("hymenoptera");
  if (!folder) return skip("hymenoptera");
  const DataSource source = open_dataset(*folder);
  REQUIRE(source.val != nullptr);
  CHECK(source.train->class_names() == Names{"ants", "bees"});
  CHECK(class_counts(*source.train) == std::vector<int64_t>{123, 121});
  CHECK(class_counts(*source.val) == std::vector<int64_t>{70, 83});
  CHECK(source.train->skipped() ==
        std::vector<SkippedFile>{{"ants/imageNotFound.gif", ".gif is not read"}});
}

TEST_CASE("cifar10: planes become pixels, records run on over the files") {
  const TempFolder folder;
  std::string records;
  for (int r = 0; r < 3; ++r) {
    records += static_cast<char>(7 + r % 3);
    for (int i = 0; i < 3072; ++i) records += static_cast<char>((i / 1024) * 80 + r + i % 7);
  }
  write_text(folder.path() / "a.bin", records);
  write_text(folder.path() / "b.bin", records.substr(0, 3073));
  const Cifar10 dataset({folder.path() / "a.bin", folder.path() / "b.bin"});
  REQUIRE(dataset.size() == 4);
  CHECK(dataset.label(2) == 9);
  CHECK(dataset.label(3) == 7);
  CHECK(dataset.id(3) == "b.bin[0]");
  CHECK(dataset.class_names()[9] == "truck");
  const Image image = dataset.image(2);
  for (int64_t p = 0; p < 1024; ++p)
    for (int64_t c = 0; c < 3; ++c)
      REQUIRE(image.data()[p * 3 + c] == c * 80 + 2 + (c * 1024 + p) % 7);

  write_text(folder.path() / "cut.bin", records.substr(1));
  CHECK(message_of([&] { Cifar10{{folder.path() / "cut.bin"}}; }) ==
        "data: cifar10: " + (folder.path() / "cut.bin").string() +
            ": 9218 bytes are no whole number of records of 3073");
  records[3073] = 10;
  write_text(folder.path() / "label.bin", records);
  CHECK(message_of([&] { Cifar10{{folder.path() / "label.bin"}}; }) ==
        "data: cifar10: " + (folder.path() / "label.bin").string() + ": label 10 in record 1");
}

TEST_CASE("cifar10: all files together are held against the limit") {
  const TempFolder folder;
  const std::string record(Cifar10::kRecordBytes, '\1');
  for (const char* name : {"a.bin", "b.bin"}) write_text(folder.path() / name, record);
  const std::vector<fs::path> files{folder.path() / "a.bin", folder.path() / "b.bin"};
  Limits limits;
  limits.dataset.bytes = 2 * record.size();
  CHECK(Cifar10(files, limits).size() == 2);
  --limits.dataset.bytes;
  CHECK(message_of([&] { Cifar10(files, limits); }) ==
        "limit: cifar10: " + files[1].string() + ": 6146 bytes up to here, the limit is 6145");
  limits.dataset.bytes = 100;
  CHECK(message_of([&] { open_dataset(files[0], limits); }).starts_with("limit: cifar10: "));
}

TEST_CASE("cifar10: the test images") {
  const auto file = asset("cifar10/test_500.bin");
  if (!file) return skip("cifar10");
  const DataSource source = open_dataset(*file);
  CHECK(source.val == nullptr);
  CHECK(class_counts(*source.train) ==
        std::vector<int64_t>{57, 41, 51, 49, 40, 48, 54, 47, 57, 56});
  const Image image = source.train->image(0);
  CHECK(image.data()[0] == 158);
  CHECK(image.data()[1] == 112);
  CHECK(image.data()[2] == 49);
}

TEST_CASE("idx: images and labels, found by name, sizes held against the file") {
  const TempFolder folder;
  const fs::path root = folder.path(), images = root / "t-images-idx3-ubyte";
  const std::string pixels = "abcdefghijkl";
  write_text(images, idx_text({2, 2, 3}, pixels));
  CHECK(message_of([&] { Idx{images}; }) ==
        "io: idx: " + images.string() +
            ": no labels beside it: " + (root / "t-labels-idx1-ubyte").string() + " is missing");
  write_text(root / "t-labels-idx1-ubyte", idx_text({2}, std::string_view("\x03\x01", 2)));
  const Idx dataset(images);
  REQUIRE(dataset.size() == 2);
  CHECK(dataset.class_names() == Names{"0", "1", "2", "3"});
  CHECK(dataset.label(1) == 1);
  CHECK(dataset.id(1) == "t-images-idx3-ubyte[1]");
  const Image image = dataset.image(1);
  CHECK(image.height() == 2);
  CHECK(image.width() == 3);
  CHECK(image.channels() == 1);
  CHECK(image.data()[0] == 'g');

  write_text(root / "t-labels-idx1-ubyte", idx_text({1}, "\x03"));
  CHECK(message_of([&] { Idx{images}; }) == "data: idx: " + images.string() +
                                                ": 2 images, but 1 labels in " +
                                                (root / "t-labels-idx1-ubyte").string());
  write_text(images, idx_text({2, 2, 3}, "abc"));
  CHECK(message_of([&] { Idx{images}; }) ==
        "data: idx: " + images.string() + ": 19 bytes, its header tells of 28");
  write_text(images, idx_text({2, 0, 3}, ""));
  CHECK(message_of([&] { Idx{images}; }) ==
        "data: idx: " + images.string() + ": nothing along axis 1");
  write_text(images, "no idx at all");
  CHECK(message_of([&] { Idx{images}; }) ==
        "data: idx: " + images.string() + ": does not begin like u8 data of rank 3");
  write_text(root / "pixels", "x");
  CHECK(message_of([&] { Idx{root / "pixels"}; }) ==
        "data: idx: " + (root / "pixels").string() +
            ": expected a name with images-idx3, so that labels-idx1 is found beside it");
}

TEST_CASE("idx: compressed files, and what damage does to them") {
  const auto file = asset("usps/test-images-idx3-ubyte.gz");
  if (!file) return skip("usps");
  if (!has_gzip()) {
    CHECK(message_of([&] {
            Idx{*file};
          }).ends_with("compressed by gzip, and this build has no zlib; unpack it"));
    return;
  }
  const DataSource source = open_dataset(*file);
  CHECK(class_counts(*source.train) ==
        std::vector<int64_t>{359, 264, 198, 166, 200, 160, 170, 147, 166, 177});
  CHECK(source.train->image(0).height() == 16);

  const TempFolder folder;
  const fs::path images = folder.path() / "images-idx3-ubyte.gz";
  fs::copy(file->parent_path() / "test-labels-idx1-ubyte.gz",
           folder.path() / "labels-idx1-ubyte.gz");
  std::vector<std::byte> bytes = read_bytes(*file);
  const std::vector<std::byte> whole = bytes;
  bytes.resize(bytes.size() / 2);
  write_bytes(images, bytes);
  CHECK(message_of([&] { Idx{images}; }) ==
        "data: idx: " + images.string() + ": the gzip stream is cut short");
  bytes = whole;
  bytes[bytes.size() / 2] ^= std::byte{1};
  write_bytes(images, bytes);
  CHECK(message_of([&] { Idx{images}; }).starts_with("data: idx: "));
  bytes = whole;
  bytes[bytes.size() - 6] ^= std::byte{1};  // the checksum
  write_bytes(images, bytes);
  CHECK(message_of([&] { Idx{images}; }) ==
        "data: idx: " + images.string() + ": the gzip stream is damaged");
  bytes = whole;
  bytes.push_back(std::byte{0});
  write_bytes(images, bytes);
  CHECK(message_of([&] { Idx{images}; }).starts_with("data: idx: " + images.string() + ": more"));
}

TEST_CASE("idx: what a header tells of is held against the limits") {
  const TempFolder folder;
  const fs::path images = folder.path() / "images-idx3-ubyte";
  write_text(folder.path() / "labels-idx1-ubyte", idx_text({2}, "ab"));
  Limits limits;
  limits.dataset.bytes = 100;
  limits.image.side = 7;
  const auto message = [&](const std::vector<uint32_t>& extents) {
    write_text(images, idx_text(extents, ""));
    return message_of([&] { Idx(images, limits); });
  };
  const std::string name = "limit: idx: " + images.string();
  CHECK(message({2, 0x80000000u, 0x80000000u}) ==
        name + ": 2147483648 pixels along axis 1, the limit of a side is 7");
  CHECK(message({2, 7, 8}) == name + ": 8 pixels along axis 2, the limit of a side is 7");
  CHECK(message({3, 7, 5}) == name + ": more bytes than the limit 100 by its header");
  CHECK(message({2, 7, 7}) ==
        "data: idx: " + images.string() + ": 16 bytes, its header tells of 114");
  write_text(images, idx_text({2, 1, 1}, std::string(85, 'x')));
  CHECK(message_of([&] { Idx(images, limits); }) ==
        "limit: read: " + images.string() + ": 101 bytes, the limit is 100");
}

TEST_CASE("idx: a compressed header is held against the limits before anything is unpacked") {
  if (!has_gzip()) return skip("zlib");
  const TempFolder folder;
  const fs::path images = folder.path() / "images-idx3-ubyte.gz";
  write_text(folder.path() / "labels-idx1-ubyte", idx_text({2}, "ab"));
  // One stored block with the IDX header; what it tells of would be found cut short.
  const std::string gzip(
      "\x1f\x8b\x08\0\0\0\0\0\0\x03"
      "\0\x10\0\xef\xff",
      15);
  write_text(images, gzip + idx_text({300, 7, 7}, ""));
  Limits limits;
  CHECK(message_of([&] { Idx(images, limits); }) ==
        "data: idx: " + images.string() + ": the gzip stream is cut short");
  limits.dataset.bytes = 300 * 7 * 7 - 1;
  CHECK(message_of([&] { Idx(images, limits); }) ==
        "limit: idx: " + images.string() + ": more bytes than the limit 14699 by its header");
}

TEST_CASE("idx: MNIST") {
  const auto file = asset("mnist/t1500-images-idx3-ubyte.gz");
  if (!file) return skip("mnist");
  if (!has_gzip()) return skip("zlib");
  const Idx dataset(*file);
  REQUIRE(dataset.size() == 1500);
  const int64_t labels[] = {7, 2, 1, 0, 4, 1, 4, 9, 5, 9};
  for (int64_t i = 0; i < 10; ++i) CHECK(dataset.label(i) == labels[i]);
}

TEST_CASE("open_dataset: says what it expected") {
  const TempFolder folder;
  const fs::path root = folder.path();
  CHECK(message_of([&] { open_dataset(root / "none"); }) ==
        "io: open_dataset: " + (root / "none").string() + ": no such file or folder");
  write_text(root / "words.txt", "hello");
  CHECK(message_of([&] { open_dataset(root / "words.txt"); }) ==
        "data: open_dataset: " + (root / "words.txt").string() +
            ": neither CIFAR-10 (5 bytes are no whole number of records of 3073) nor IDX images");
  write_text(root / "labels-idx1-ubyte", idx_text({1}, "\x03"));
  CHECK(message_of([&] { open_dataset(root / "labels-idx1-ubyte"); }) ==
        "data: open_dataset: " + (root / "labels-idx1-ubyte").string() +
            ": these are the labels of an IDX pair; give its images file");
  write_text(root / "empty", "");
  CHECK(message_of([&] { open_dataset(root / "empty"); }).starts_with("data: open_dataset: "));

  write_picture(root / "d" / "train" / "a" / "1.png");
  write_picture(root / "d" / "train" / "b" / "1.png");
  write_picture(root / "d" / "val" / "c" / "1.png");
  CHECK(message_of([&] { open_dataset(root / "d"); }) ==
        "data: open_dataset: " + (root / "d/val").string() + " has classes that " +
            (root / "d/train").string() + " does not have: c; it lacks a, b");
  fs::rename(root / "d" / "val", root / "d" / "other");
  CHECK(open_dataset(root / "d" / "train").train->size() == 2);
}

TEST_CASE("open_dataset: val/ may hold some of the classes of train/") {
  const TempFolder folder;
  const fs::path root = folder.path();
  for (const char* name : {"ant", "bee", "cat"}) write_picture(root / "train" / name / "1.png");
  write_picture(root / "val" / "bee" / "1.png");
  DataSource source = open_dataset(root);
  CHECK(source.val->class_names() == Names{"ant", "bee", "cat"});
  CHECK(source.val->size() == 1);
  CHECK(source.val->label(0) == 1);
  CHECK(source.val->id(0) == "bee/1.png");
  CHECK(source.note == (root / "val").string() + " has no samples of ant, cat");
  for (const char* name : {"ant", "cat"}) write_picture(root / "val" / name / "1.png");
  source = open_dataset(root);
  CHECK(source.val->label(2) == 2);
  CHECK(source.note.empty());
}

TEST_CASE("relabelled: the same samples under other classes") {
  const auto whole = std::make_shared<InMemory>(
      "drawn", std::vector{noise_image(2, 2, 3, 0), noise_image(2, 2, 3, 50)},
      std::vector<int64_t>{1, 0}, Names{"x", "y"});
  const Relabelled other(whole, {"y", "z", "x"}, {2, 0});
  CHECK(other.class_names() == Names{"y", "z", "x"});
  CHECK(other.label(0) == 0);
  CHECK(other.label(1) == 2);
  CHECK(other.id(1) == "drawn[1]");
  CHECK(other.image(1) == whole->image(1));
  CHECK(message_of([&] { other.label(2); }) == "argument: dataset: no sample 2 of 2");
  CHECK(message_of([&] { Relabelled(whole, {"y"}, {0}); }) ==
        "argument: relabelled: 1 new labels for 2 classes");
  CHECK(message_of([&] {
          Relabelled(whole, {"y"}, {0, 1});
        }) == "argument: relabelled: no class 1 of 1");
}

TEST_CASE("in memory and subset: views and their errors") {
  const auto whole = std::make_shared<InMemory>(
      "drawn", std::vector{noise_image(2, 2, 3, 0), noise_image(2, 2, 3, 50)},
      std::vector<int64_t>{1, 0}, Names{"x", "y"});
  CHECK(whole->id(1) == "drawn[1]");
  CHECK(whole->content_hash(0) == sha256_of(whole->image(0)));
  const Subset subset(whole, {1, 1, 0});
  CHECK(subset.size() == 3);
  CHECK(subset.label(2) == 1);
  CHECK(subset.id(0) == "drawn[1]");
  CHECK(subset.image(2) == whole->image(0));
  CHECK(subset.class_names() == Names{"x", "y"});
  CHECK(message_of([&] { Subset(whole, {0, 2}); }) == "argument: subset: no sample 2 of 2");
  CHECK(message_of([&] { subset.label(-1); }) == "argument: dataset: no sample -1 of 3");
  CHECK(message_of([&] { InMemory("m", {noise_image(1, 1, 1)}, {2}, {"x"}); }) ==
        "argument: m: label 2 of 1 classes");
  CHECK(message_of([&] { InMemory("m", {noise_image(1, 1, 1)}, {}, {"x"}); }) ==
        "argument: m: 1 images, but 0 labels");
}

}  // namespace graft::data
