#include "graft/transfer/state.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "graft/core/glob.h"
#include "graft/transfer/load_diagnosis.h"
#include "graft/transfer/weights/file_layout.h"
#include "graft/transfer/wrapper_prefix.h"

namespace graft::transfer {
namespace {

bool skips(const LoadOptions& options, std::string_view path) {
  return std::any_of(options.skip.begin(), options.skip.end(),
                     [&](const std::string& pattern) { return selects(pattern, path); });
}

bool converts(DType from, DType to) { return from == to || (is_floating(from) && is_floating(to)); }

}  // namespace

bool is_batch_counter(std::string_view path) {
  return path == "num_batches_tracked" || path.ends_with(".num_batches_tracked");
}

LoadReport load_state(const std::vector<NamedTensor>& model, const WeightFile& file,
                      const LoadOptions& options) {
  LoadReport report;
  report.notes = file.notes;
  const std::unordered_set<std::string_view> model_names = paths_of(model);
  std::vector<std::string> names;
  for (const WeightFile::Entry& entry : file.entries()) names.push_back(entry.name);
  for (std::string& note : strip_wrapper_prefixes(names, model_names))
    report.notes.push_back(std::move(note));
  std::unordered_map<std::string_view, const Tensor*> by_name;
  for (size_t i = 0; i < names.size(); ++i) by_name[names[i]] = &file.entries()[i].tensor;

  std::vector<std::pair<Tensor, Tensor>> copies;  // target, source
  for (const NamedTensor& target : model) {
    const auto found = by_name.find(target.path);
    if (skips(options, target.path)) {
      report.skipped.push_back(target.path);
    } else if (found == by_name.end()) {
      if (!is_batch_counter(target.path)) report.missing.push_back(target.path);
    } else {
      const Tensor& source = *found->second;
      if (source.shape() != file_shape(target) ||
          !converts(source.dtype(), target.tensor.dtype())) {
        report.mismatched.push_back({target.path, source.shape(), file_shape(target),
                                     source.dtype(), target.tensor.dtype()});
        continue;
      }
      report.loaded.push_back(target.path);
      copies.emplace_back(target.tensor.detach(), as_in_memory(source, target.layout));
    }
  }
  for (const std::string& name : names) {
    if (model_names.contains(name) || is_batch_counter(name)) continue;
    (skips(options, name) ? report.skipped : report.unexpected).push_back(name);
  }

  if (options.strict && !report.complete()) fail(ErrorKind::Data, diagnose(report, model, names));
  for (auto& [target, source] : copies) target.copy_(source);
  return report;
}

std::string LoadReport::summary() const {
  std::string text = std::to_string(loaded.size()) + " loaded";
  const auto add = [&](size_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + ' ' + what;
  };
  add(missing.size(), "missing");
  add(unexpected.size(), "unexpected");
  add(mismatched.size(), "of another shape");
  add(skipped.size(), "skipped");
  for (const std::string& note : notes) text += "; " + note;
  return text;
}

WeightFile to_weight_file(const std::vector<NamedTensor>& model, Metadata metadata) {
  WeightFile file;
  file.metadata = std::move(metadata);
  for (const NamedTensor& source : model) {
    Tensor copy = Tensor::empty(file_shape(source), source.tensor.dtype());
    file.add(source.path, copy.copy_(as_in_file(source)));
  }
  return file;
}

}  // namespace graft::transfer
