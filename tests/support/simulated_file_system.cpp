#include "support/simulated_file_system.h"

#include <functional>

#include "graft/core/error.h"

namespace graft::testing {

class SimulatedFileSystem::File final : public WritableFile {
 public:
  File(SimulatedFileSystem& disk, NodePtr node, Path path)
      : disk_(disk), node_(std::move(node)), path_(std::move(path)) {}

  void write(std::span<const std::byte> bytes) override {
    disk_.operation("write", path_);
    const uint64_t used = disk_.used_bytes();
    const uint64_t room = disk_.capacity_ > used ? disk_.capacity_ - used : 0;
    const size_t fits = static_cast<size_t>(std::min<uint64_t>(room, bytes.size()));
    node_->content.append(reinterpret_cast<const char*>(bytes.data()), fits);
    check(fits == bytes.size(), ErrorKind::Io, "write: ", path_.string(),
          ": No space left on device");
  }
  void sync() override {
    if (node_->sync_failed) ++disk_.syncs_after_failure_;
    try {
      disk_.operation("sync", path_);
    } catch (const Error&) {
      node_->sync_failed = true;
      throw;
    }
    node_->synced = node_->content;
  }
  void close() override { disk_.operation("close", path_); }

 private:
  SimulatedFileSystem& disk_;
  NodePtr node_;
  Path path_;
};

class SimulatedFileSystem::Lock final : public FileLock {
 public:
  Lock(std::set<std::string>& held, std::string name) : held_(held), name_(std::move(name)) {
    check(held_.insert(name_).second, ErrorKind::Io, "lock: ", name_,
          ": locked by another process");
  }
  ~Lock() override { held_.erase(name_); }

 private:
  std::set<std::string>& held_;
  std::string name_;
};

SimulatedFileSystem::SimulatedFileSystem() : root_(std::make_shared<Node>()) {
  root_->folder = true;
}

void SimulatedFileSystem::fail_at(int64_t operation, bool for_good) {
  fail_at_ = operation;
  for_good_ = for_good;
}

void SimulatedFileSystem::operation(const char* what, const Path& path) {
  ++operations_;
  if (crash_at_ > 0 && operations_ >= crash_at_) throw SimulatedCrash();
  const bool fails = operations_ == fail_at_ || (for_good_ && operations_ > fail_at_);
  check(!(fail_at_ > 0 && fails), ErrorKind::Io, what, ": ", path.string(), ": Input/output error");
}

SimulatedFileSystem::NodePtr SimulatedFileSystem::find(const Path& path) const {
  NodePtr node = root_;
  for (const Path& part : path) {
    if (part.empty() || part == ".") continue;
    const auto found = node->entries.find(part.string());
    if (found == node->entries.end()) return nullptr;
    node = found->second;
  }
  return node;
}

SimulatedFileSystem::Node& SimulatedFileSystem::folder(const char* what, const Path& path) const {
  const NodePtr node = find(path);
  check(node && node->folder, ErrorKind::Io, what, ": ", path.string(), ": no such folder");
  return *node;
}

void SimulatedFileSystem::apply(Node& folder, Edit edit) {
  for (const auto& [name, node] : edit) {
    folder.entries.erase(name);
    if (node) folder.entries.emplace(name, node);
  }
  folder.pending.push_back(std::move(edit));
}

FileSystem::Kind SimulatedFileSystem::kind(const Path& path) {
  const NodePtr node = find(path);
  if (!node) return Kind::Missing;
  return node->folder ? Kind::Folder : Kind::File;
}

std::vector<std::string> SimulatedFileSystem::list(const Path& path) {
  std::vector<std::string> names;
  for (const auto& [name, node] : folder("list", path).entries) names.push_back(name);
  return names;
}

std::unique_ptr<ByteSource> SimulatedFileSystem::open(const Path& path) {
  check(path != refused_, ErrorKind::Io, "open: ", path.string(), ": Permission denied");
  const NodePtr node = find(path);
  check(node && !node->folder, ErrorKind::Io, "open: ", path.string(),
        ": No such file or directory");
  return std::make_unique<SpanSource>(std::as_bytes(std::span(node->content)));
}

std::unique_ptr<WritableFile> SimulatedFileSystem::create(const Path& path) {
  operation("create", path);
  check(!find(path), ErrorKind::Io, "create: ", path.string(), ": File exists");
  const NodePtr node = std::make_shared<Node>();
  apply(folder("create", path.parent_path()), {{path.filename().string(), node}});
  return std::make_unique<File>(*this, node, path);
}

std::unique_ptr<WritableFile> SimulatedFileSystem::append(const Path& path) {
  const NodePtr node = find(path);
  if (!node) return create(path);
  return std::make_unique<File>(*this, node, path);
}

void SimulatedFileSystem::make_folder(const Path& path) {
  operation("mkdir", path);
  if (kind(path) == Kind::Folder) return;
  const NodePtr node = std::make_shared<Node>();
  node->folder = true;
  apply(folder("mkdir", path.parent_path()), {{path.filename().string(), node}});
}

void SimulatedFileSystem::rename(const Path& from, const Path& to) {
  operation("rename", to);
  const NodePtr node = find(from), replaced = find(to);
  check(node != nullptr, ErrorKind::Io, "rename: ", from.string(), ": No such file or directory");
  check(!replaced || (!replaced->folder || replaced->entries.empty()), ErrorKind::Io,
        "rename: ", to.string(), ": Directory not empty");
  check(from.parent_path() == to.parent_path(), ErrorKind::Internal,
        "simulated: rename stays in one folder, where it is atomic");
  apply(folder("rename", to.parent_path()),
        {{from.filename().string(), nullptr}, {to.filename().string(), node}});
}

void SimulatedFileSystem::remove_file(const Path& path) {
  operation("remove", path);
  check(kind(path) == Kind::File, ErrorKind::Io, "remove: ", path.string(), ": no such file");
  apply(folder("remove", path.parent_path()), {{path.filename().string(), nullptr}});
}

void SimulatedFileSystem::remove_folder(const Path& path) {
  operation("remove", path);
  check(folder("remove", path).entries.empty(), ErrorKind::Io, "remove: ", path.string(),
        ": Directory not empty");
  apply(folder("remove", path.parent_path()), {{path.filename().string(), nullptr}});
}

void SimulatedFileSystem::sync_folder(const Path& path) {
  operation("sync", path);
  Node& node = folder("sync", path);
  node.synced_entries = node.entries;
  node.pending.clear();
}

std::unique_ptr<FileLock> SimulatedFileSystem::lock(const Path& path) {
  if (!find(path)) create(path);
  return std::make_unique<Lock>(locks_, path.string());
}

SimulatedFileSystem::NodePtr SimulatedFileSystem::survivor(const Node& node, Content content,
                                                           Names names, std::mt19937_64& random) {
  const NodePtr out = std::make_shared<Node>();
  out->folder = node.folder;
  if (node.folder) {
    Entries entries = node.synced_entries;
    for (const Edit& edit : node.pending) {
      if (names == Names::Lost || (names == Names::Random && random() % 2 == 0)) continue;
      for (const auto& [name, child] : edit) {
        entries.erase(name);
        if (child) entries.emplace(name, child);
      }
    }
    for (const auto& [name, child] : entries)
      out->entries.emplace(name, survivor(*child, content, names, random));
    out->synced_entries = out->entries;
    return out;
  }
  if (content == Content::Random) content = static_cast<Content>(random() % 4);
  out->content = content == Content::Dropped ? node.synced : node.content;
  if (content == Content::Zeroed || content == Content::Torn) {
    const size_t sectors = node.content.size() / 512 + 1;
    const size_t good = content == Content::Torn ? random() % sectors * 512 : 0;
    for (size_t i = std::max(good, node.synced.size()); i < out->content.size(); ++i)
      out->content[i] = '\0';
  }
  out->synced = out->content;
  return out;
}

std::unique_ptr<SimulatedFileSystem> SimulatedFileSystem::after_power_loss(
    Content content, Names names, std::mt19937_64& random) const {
  auto disk = std::make_unique<SimulatedFileSystem>();
  disk->root_ = survivor(*root_, content, names, random);
  return disk;
}

std::unique_ptr<SimulatedFileSystem> SimulatedFileSystem::copy() const {
  std::mt19937_64 unused;
  return after_power_loss(Content::Kept, Names::Kept, unused);
}

void SimulatedFileSystem::flip_bit(const Path& path, uint64_t bit) {
  char& byte = find(path)->content.at(static_cast<size_t>(bit / 8));
  byte = static_cast<char>(byte ^ (1 << bit % 8));
}

uint64_t SimulatedFileSystem::used_bytes() const {
  const std::function<uint64_t(const Node&)> count = [&](const Node& node) {
    uint64_t sum = node.content.size();
    for (const auto& [name, child] : node.entries) sum += count(*child);
    return sum;
  };
  return count(*root_);
}

}  // namespace graft::testing
