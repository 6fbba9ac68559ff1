#include <doctest/doctest.h>

#include "graft/core/error.h"
#include "graft/transfer/checkpoint/checkpoint.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/simulated_file_system.h"

namespace graft::transfer {
namespace {

using testing::SimulatedCrash;
using testing::SimulatedFileSystem;

const std::filesystem::path kFolder = "run/ckpt";

CheckpointContent content_of(int64_t step) {
  CheckpointContent content;
  WeightFile model;
  model.add("w", Tensor::from(std::vector<int64_t>(130, step), {130}));  // more than one sector
  content.weights.emplace_back("model", std::move(model));
  content.state.set("step", step).set("lr", 0.1 * static_cast<double>(step));
  return content;
}

// Whether a checkpoint is whole: the content of one step, the one that its state names.
bool is_whole(const CheckpointContent& content) {
  const int64_t step = content.state.at("step").as_integer("step");
  for (const int64_t value : content.at("model").find("w")->values<int64_t>())
    if (value != step) return false;
  return content.state == content_of(step).state;
}

// A run of `last` saves; counts in `saved` the calls that returned.
using Run = void (*)(FileSystem& disk, int64_t last, int64_t& saved);

// Steps 1 to `last`.
void save_steps(FileSystem& disk, int64_t last, int64_t& saved) {
  CheckpointFolder folder(kFolder, {}, disk);
  for (int64_t step = 1; step <= last; ++step) {
    folder.save(step, content_of(step));
    saved = step;
  }
}

// One step again and again, the only checkpoint that is kept; its state counts the saves.
void save_one_step_again(FileSystem& disk, int64_t last, int64_t& saved) {
  CheckpointFolder folder(kFolder, {.keep = 1}, disk);
  for (int64_t save = 1; save <= last; ++save) {
    folder.save(7, content_of(save));
    saved = save;
  }
}

int64_t count_operations(Run run, int64_t last) {
  SimulatedFileSystem disk;
  int64_t saved = 0;
  run(disk, last, saved);
  return disk.operations();
}

// Resumes on `disk`: the newest checkpoint must be whole and not older than `saved`.
bool resumes(FileSystem& disk, int64_t saved) {
  CheckpointFolder folder(kFolder, {}, disk);
  const CheckpointFolder::Search search = folder.load_newest();
  if (!search.checkpoint) return saved == 0;
  const CheckpointContent& content = search.checkpoint->content;
  return content.state.at("step").as_integer("step") >= saved && is_whole(content);
}

}  // namespace

TEST_CASE("checkpoint: the newest is found, older ones are removed, the layout is as documented") {
  const testing::TempFolder root;
  CheckpointFolder folder(root.path() / "run/ckpt");
  CHECK_FALSE(folder.load_newest().checkpoint.has_value());
  for (int64_t step = 8; step <= 11; ++step) folder.save(step, content_of(step));
  const CheckpointFolder::Search search = folder.load_newest();
  REQUIRE(search.checkpoint.has_value());
  CHECK(search.checkpoint->step == 11);
  CHECK(is_whole(search.checkpoint->content));
  CHECK(search.warnings.empty());
  FileSystem& files = real_file_system();
  CHECK(files.list(folder.path()) ==
        std::vector<std::string>{".lock", "latest", "step-10", "step-11"});
  CHECK(files.list(folder.path() / "step-11") ==
        std::vector<std::string>{"manifest.json", "model.safetensors", "state.json"});
  CHECK(files.read_text(folder.path() / "latest", 100) == "step-11\n");
  CHECK(testing::error_text([&] { search.checkpoint->content.at("optimizer"); }) ==
        "checkpoint: has no optimizer");

  folder.save(11, content_of(11));  // the same step again
  CHECK(folder.load_newest().checkpoint->step == 11);
  folder.clear();
  CHECK_FALSE(folder.load_newest().checkpoint.has_value());
}

TEST_CASE("checkpoint: one writer at a time") {
  const testing::TempFolder root;
  {
    const CheckpointFolder first(root.path());
    const std::string text = testing::error_text([&] { CheckpointFolder second(root.path()); });
    CHECK(text.ends_with("locked by another process"));
  }
  CHECK_NOTHROW(CheckpointFolder(root.path()));
}

TEST_CASE("checkpoint: what an interrupted run left is swept") {
  const testing::TempFolder root;
  FileSystem& files = real_file_system();
  for (const char* name : {".tmp-3-99", ".trash-1-99"}) {
    files.make_folders(root.path() / name);
    write_file_atomically(files, root.path() / name / "state.json", "{");
  }
  const CheckpointFolder folder(root.path());
  CHECK(files.list(root.path()) == std::vector<std::string>{".lock"});
}

TEST_CASE("checkpoint: power loss at every operation, in every state of the disk") {
  using Content = SimulatedFileSystem::Content;
  using Names = SimulatedFileSystem::Names;
#ifdef __SANITIZE_ADDRESS__
  constexpr int64_t kSteps = 3, kRandom = 40;
#else
  constexpr int64_t kSteps = 8, kRandom = 450;
#endif
  std::mt19937_64 random(1);
  int64_t states = 0, lost = 0;
  for (const Run run : {save_steps, save_one_step_again}) {
    const int64_t operations = count_operations(run, kSteps);
    for (int64_t k = 1; k <= operations; ++k) {
      SimulatedFileSystem disk;
      disk.crash_at(k);
      int64_t saved = 0;
      CHECK_THROWS_AS(run(disk, kSteps, saved), SimulatedCrash);
      const auto examine = [&](Content content, Names names) {
        auto after = disk.after_power_loss(content, names, random);
        lost += resumes(*after, saved) ? 0 : 1;
        ++states;
        return after;
      };
      for (const Names names : {Names::Kept, Names::Lost})
        for (const Content content :
             {Content::Kept, Content::Dropped, Content::Zeroed, Content::Torn})
          examine(content, names);
      for (int64_t i = 0; i < kRandom; ++i) examine(Content::Random, Names::Random);
      // The run goes on where it stopped.
      int64_t again = 0;
      const auto after = examine(Content::Random, Names::Random);
      run(*after, kSteps, again);
      lost += resumes(*after, kSteps) ? 0 : 1;
    }
  }
  MESSAGE(states << " states after a power loss");
  CHECK(lost == 0);
#ifndef __SANITIZE_ADDRESS__
  CHECK(states >= 200'000);
#endif
}

TEST_CASE("checkpoint: an error of any operation is reported and damages nothing") {
  for (const Run run : {save_steps, save_one_step_again}) {
    const int64_t first_save = count_operations(run, 0) + 1;
    for (const bool for_good : {false, true})
      for (int64_t k = first_save; k <= count_operations(run, 3); ++k) {
        CAPTURE(k);
        SimulatedFileSystem disk;
        int64_t saved = 0;
        disk.fail_at(k, for_good);
        try {
          run(disk, 3, saved);
          FAIL_CHECK("no error");
        } catch (const Error& error) {
          CHECK(error.kind() == ErrorKind::Io);
          CHECK(std::string(error.what()).ends_with("Input/output error"));
        }
        disk.stop_failing();
        CHECK(disk.syncs_after_failure() == 0);
        if (!for_good)
          for (const std::string& name : disk.list(kFolder)) CHECK(!name.starts_with(".tmp-"));
        CHECK(resumes(disk, saved));
        run(disk, 4, saved);
        CHECK(resumes(disk, 4));
      }
  }
}

TEST_CASE("checkpoint: a full disk leaves the previous step and nothing half-written") {
  SimulatedFileSystem start;
  int64_t saved = 0;
  save_steps(start, 2, saved);
  uint64_t needed = 0;
  {
    const auto disk = start.copy();
    CheckpointFolder folder(kFolder, {.keep = 9}, *disk);
    const uint64_t before = disk->used_bytes();
    folder.save(3, content_of(3));
    needed = disk->used_bytes() - before;
  }
  for (uint64_t room = 0; room < needed; room += 1 + needed / 40) {
    const auto disk = start.copy();
    disk->set_capacity(disk->used_bytes() + room);
    CheckpointFolder folder(kFolder, {}, *disk);
    const std::vector<std::string> names = disk->list(kFolder);
    const std::string text = testing::error_text([&] { folder.save(3, content_of(3)); });
    CHECK(text.ends_with("No space left on device"));
    CHECK(disk->list(kFolder) == names);
    CHECK(folder.load_newest().checkpoint->step == 2);
  }
}

TEST_CASE("checkpoint: every flipped bit is found and the previous step used, with one warning") {
  SimulatedFileSystem start;
  int64_t saved = 0;
  save_steps(start, 2, saved);
  int64_t flips = 0;
  for (const std::string& name : start.list(kFolder / "step-2")) {
    const std::filesystem::path path = kFolder / "step-2" / name;
    const uint64_t bits = 8 * start.open(path)->size();
    for (uint64_t bit = 0; bit < bits; ++bit, ++flips) {
      start.flip_bit(path, bit);
      CheckpointFolder folder(kFolder, {}, start);
      const CheckpointFolder::Search search = folder.load_newest();
      REQUIRE(search.checkpoint.has_value());
      CHECK(search.checkpoint->step == 1);
      REQUIRE(search.warnings.size() == 1);
      CHECK(search.warnings[0].starts_with("step-2 is damaged and was not used: "));
      start.flip_bit(path, bit);
    }
  }
  CHECK(flips >= 10'000);
  CHECK(resumes(start, 2));
}

TEST_CASE("checkpoint: files that the manifest does not vouch for are no checkpoint") {
  SimulatedFileSystem disk;
  int64_t saved = 0;
  save_steps(disk, 2, saved);
  disk.remove_file(kFolder / "step-2/model.safetensors");
  {
    CheckpointFolder folder(kFolder, {}, disk);
    const CheckpointFolder::Search search = folder.load_newest();
    CHECK(search.checkpoint->step == 1);
    CHECK(search.warnings ==
          std::vector<std::string>{
              "step-2 is damaged and was not used: model.safetensors: is missing"});
  }
  disk.rename(kFolder / "step-1", kFolder / "step-7");  // says it is step 1
  CheckpointFolder folder(kFolder, {}, disk);
  const CheckpointFolder::Search search = folder.load_newest();
  CHECK_FALSE(search.checkpoint.has_value());
  CHECK(search.warnings.size() == 2);
  CHECK(search.warnings[0] == "step-7 is damaged and was not used: manifest.json: is of step 1");
}

TEST_CASE("checkpoint: one that cannot be read is no damaged one") {
  SimulatedFileSystem disk;
  int64_t saved = 0;
  save_steps(disk, 2, saved);
  CheckpointFolder folder(kFolder, {}, disk);
  for (const std::string& name : disk.list(kFolder / "step-2")) {
    const std::filesystem::path path = kFolder / "step-2" / name;
    disk.refuse_to_open(path);
    CHECK(testing::error_text([&] { folder.load_newest(); }) ==
          "open: " + path.string() + ": Permission denied");
  }
  disk.refuse_to_open("");
  CHECK(folder.load_newest().checkpoint->step == 2);
}

TEST_CASE("checkpoint: one beyond the limits is no damaged one") {
  SimulatedFileSystem disk;
  int64_t saved = 0;
  save_steps(disk, 2, saved);
  CheckpointOptions options;
  options.limits.json.bytes = 10;
  const std::string text =
      testing::error_text([&] { CheckpointFolder(kFolder, options, disk).load_newest(); });
  CHECK(text.starts_with("read: run/ckpt/step-2/manifest.json: "));
  CHECK(text.ends_with(" bytes, the limit is 10"));
}

}  // namespace graft::transfer
