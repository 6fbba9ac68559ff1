// graft audit: which tensors of two weight files have equal content, by SHA-256.
#include <algorithm>
#include <iostream>
#include <set>

#include "graft/core/glob.h"
#include "graft/core/utf8.h"
#include "graft/tools/cli/commands.h"
#include "graft/tools/cli/exit_codes.h"
#include "graft/tools/cli/load_network.h"
#include "graft/tools/cli/weight_path.h"
#include "graft/transfer/audit.h"
#include "graft/transfer/freeze.h"
#include "graft/transfer/json/json.h"
#include "graft/transfer/state.h"
#include "graft/transfer/weights/weight_file.h"
#include "graft/transfer/wrapper_prefix.h"

namespace graft::cli {
namespace {

using transfer::Json;

Json names(const std::vector<std::string>& paths) {
  Json list = Json::array();
  for (const std::string& path : paths) list.push(path);
  return list;
}

void print_list(const char* what, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) std::cout << what << "  " << one_line(path) << '\n';
}

// The tensors of the network that the pattern freezes.
std::vector<std::string> frozen_tensors(layers::Network& network, const std::string& pattern) {
  network.unfreeze();  // or nothing would be left to freeze
  const transfer::FreezeReport report = transfer::freeze(network, pattern);
  std::vector<std::string> paths = report.tensors;
  for (const NamedTensor& tensor : network.named_tensors())
    if (std::any_of(report.modules.begin(), report.modules.end(),
                    [&](const std::string& module) { return selects(module, tensor.path); }))
      paths.push_back(tensor.path);
  return paths;
}

// A frozen tensor that the files do not hold under the network's name is not proven equal; but
// files older than batch norm's counters lack those.
std::vector<std::string> not_proven_equal(std::vector<std::string> frozen,
                                          const transfer::AuditReport& report) {
  const std::set<std::string> equal(report.equal.begin(), report.equal.end());
  std::set<std::string> differing(report.changed.begin(), report.changed.end());
  differing.insert(report.only_before.begin(), report.only_before.end());
  std::erase_if(frozen, [&](const std::string& path) {
    const bool lacking = transfer::is_batch_counter(path) && !differing.contains(path);
    return equal.contains(path) || lacking;
  });
  return frozen;
}

std::vector<std::string> all_differing(const transfer::AuditReport& report) {
  std::vector<std::string> paths;
  for (const auto* part : {&report.changed, &report.only_before, &report.only_after})
    paths.insert(paths.end(), part->begin(), part->end());
  return paths;
}

using Hashes = std::vector<transfer::TensorHash>;

// One of the two files.
struct Side {
  std::string file;
  Hashes hashes;
  std::vector<std::string> notes;  // of reading and of unwrap()
};

Side read_side(const std::string& file) {
  const transfer::WeightFile weights = transfer::read_weights(weight_file(file));
  return {file, hash_tensors(weights), weights.notes};
}

// Gives the tensors the names that loading gives them, where `known` are a network's.
template <class Tensors>
void unwrap(Side& side, const Tensors& known) {
  std::vector<std::string> paths;
  for (const transfer::TensorHash& hash : side.hashes) paths.push_back(hash.path);
  for (std::string& note : transfer::strip_wrapper_prefixes(paths, transfer::paths_of(known)))
    side.notes.push_back(std::move(note));
  for (size_t i = 0; i < paths.size(); ++i) side.hashes[i].path = std::move(paths[i]);
}

std::vector<std::string> all_notes(const Side& before, const Side& after) {
  std::vector<std::string> notes;
  for (const Side* side : {&before, &after})
    for (const std::string& note : side->notes) notes.push_back(side->file + ": " + note);
  return notes;
}

}  // namespace

int run_audit(const AuditOptions& options, const CommonOptions& common) {
  Side before = read_side(options.before), after = read_side(options.after);
  std::vector<std::string> frozen;
  if (options.frozen.empty()) {  // one of the files may come out of a wrapper
    unwrap(before, after.hashes);
    unwrap(after, before.hashes);
  } else {
    const LoadedNetwork loaded = load_network({"", options.model, options.after});
    const std::vector<NamedTensor> model = loaded.network->named_tensors();
    unwrap(before, model);
    unwrap(after, model);
    frozen = frozen_tensors(*loaded.network, options.frozen);
  }
  const transfer::AuditReport report = compare(before.hashes, after.hashes);
  const std::vector<std::string> notes = all_notes(before, after);
  std::vector<std::string> complaints;
  if (options.exit_code)
    complaints = options.frozen.empty() ? all_differing(report) : not_proven_equal(frozen, report);
  if (common.json) {
    Json json = Json::object();
    json.set("schema", 1).set("equal", names(report.equal)).set("changed", names(report.changed));
    json.set("only_before", names(report.only_before));
    json.set("only_after", names(report.only_after));
    json.set("notes", names(notes));
    if (options.exit_code) json.set("should_be_equal", names(complaints));
    std::cout << transfer::write_json(json) << '\n';
  } else {
    print_list("note       ", notes);
    print_list("equal      ", report.equal);
    print_list("changed    ", report.changed);
    print_list("only before", report.only_before);
    print_list("only after ", report.only_after);
    std::cout << report.summary() << '\n';
  }
  if (complaints.empty()) return kDone;
  std::cerr << "graft: audit: " << complaints.size()
            << (complaints.size() == 1 ? " tensor is" : " tensors are")
            << " not equal in both files: " << one_line(complaints.front())
            << (complaints.size() > 1 ? ", ...\n" : "\n");
  return kChanged;
}

}  // namespace graft::cli
