#include "graft/transfer/load_diagnosis.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace graft::transfer {
namespace {

constexpr size_t kExamples = 3;

struct Diagnosis {
  std::string cause, remedy;
};

std::string to_text(const Shape& shape) {
  std::ostringstream out;
  out << shape;
  return out.str();
}

std::string module_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(0, dot);
}

// "layer1.0.conv2.weight" -> "layer#.#.conv#.weight": what names of one family have in common.
std::string without_numbers(const std::string& path) {
  std::string out;
  for (const char c : path) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit)
      out += c;
    else if (out.empty() || out.back() != '#')
      out += '#';
  }
  return out;
}

std::vector<std::string> paths_of(const std::vector<NamedTensor>& model) {
  std::vector<std::string> paths;
  for (const NamedTensor& tensor : model) paths.push_back(tensor.path);
  return paths;
}

// Number of parts of each numbered container: "layer1" -> 3 for layer1.0 to layer1.2.
std::map<std::string, size_t> count_parts(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<std::string>> parts;
  for (const std::string& path : paths)
    for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
      const std::string part = path.substr(dot + 1, path.find('.', dot + 1) - dot - 1);
      if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos)
        parts[path.substr(0, dot)].insert(part);
    }
  std::map<std::string, size_t> counts;
  for (const auto& [container, indices] : parts) counts[container] = indices.size();
  return counts;
}

std::optional<Diagnosis> find_transposed(const LoadReport& report) {
  for (const LoadReport::Mismatch& m : report.mismatched) {
    if (m.model.rank() == 2 && m.file == Shape{m.model[1], m.model[0]})
      return Diagnosis{"dense weights are transposed: " + m.path + " is [in, out] in the file",
                       "convert the file to PyTorch's [out, in]"};
    if (m.model.rank() == 4 && m.file == Shape{m.model[2], m.model[3], m.model[1], m.model[0]})
      return Diagnosis{"filters are in TensorFlow's layout: " + m.path + " is [kh, kw, in, out]",
                       "convert the file to PyTorch's [out, in, kh, kw]"};
  }
  return std::nullopt;
}

std::optional<Diagnosis> find_other_head(const LoadReport& report,
                                         const std::vector<NamedTensor>& model) {
  if (!report.missing.empty() || !report.unexpected.empty() || report.mismatched.empty())
    return std::nullopt;
  const std::string head = module_of(report.mismatched.front().path);
  for (const LoadReport::Mismatch& m : report.mismatched) {
    const bool same_rest = m.file.rank() == m.model.rank() && m.file.rank() > 0 &&
                           std::equal(m.file.begin() + 1, m.file.end(), m.model.begin() + 1);
    if (module_of(m.path) != head || !same_rest) return std::nullopt;
  }
  const auto last = std::find_if(model.rbegin(), model.rend(), [](const NamedTensor& t) {
    return !t.buffer && t.tensor.rank() > 1;
  });
  if (last == model.rend() || module_of(last->path) != head) return std::nullopt;
  const LoadReport::Mismatch& m = report.mismatched.front();
  return Diagnosis{"another head: " + head + " has " + std::to_string(m.file[0]) +
                       " outputs in the file, " + std::to_string(m.model[0]) + " in the model",
                   "make the model with " + std::to_string(m.file[0]) + " classes, or skip \"" +
                       head + "\" and train a new head"};
}

std::optional<Diagnosis> find_other_depth(const LoadReport& report,
                                          const std::vector<std::string>& model_paths,
                                          const std::vector<std::string>& file_paths) {
  if (report.missing.empty() && report.unexpected.empty()) return std::nullopt;
  const auto families = [](const std::vector<std::string>& paths) {
    std::set<std::string> out;
    for (const std::string& path : paths) out.insert(without_numbers(path));
    return out;
  };
  const auto covers = [&](const std::vector<std::string>& all,
                          const std::vector<std::string>& some) {
    const std::set<std::string> known = families(all), asked = families(some);
    return std::includes(known.begin(), known.end(), asked.begin(), asked.end());
  };
  if (!covers(file_paths, report.missing) || !covers(model_paths, report.unexpected))
    return std::nullopt;
  const std::map<std::string, size_t> in_file = count_parts(file_paths);
  for (const auto& [container, count] : count_parts(model_paths)) {
    const auto found = in_file.find(container);
    if (found == in_file.end() || found->second == count) continue;
    return Diagnosis{"the same family in another depth: " + container + " has " +
                         std::to_string(found->second) + " parts in the file, " +
                         std::to_string(count) + " in the model",
                     "choose the model of the file's depth"};
  }
  return std::nullopt;
}

std::optional<Diagnosis> find_folded(const LoadReport& report) {
  const auto all_end_with = [](const std::vector<std::string>& paths, std::string_view end) {
    return !paths.empty() && std::all_of(paths.begin(), paths.end(),
                                         [&](const auto& path) { return path.ends_with(end); });
  };
  const bool lacks_statistics =
      std::any_of(report.missing.begin(), report.missing.end(),
                  [](const std::string& path) { return path.ends_with("running_var"); });
  if (!lacks_statistics || !all_end_with(report.unexpected, ".bias")) return std::nullopt;
  return Diagnosis{"batch normalisation is folded into the file's convolutions",
                   "make the model without batch normalisation, or take a file that has it"};
}

Diagnosis find_cause(const LoadReport& report, const std::vector<NamedTensor>& model,
                     const std::vector<std::string>& file_names) {
  const std::vector<std::string> paths = paths_of(model);
  if (const auto found = find_transposed(report)) return *found;
  if (const auto found = find_other_head(report, model)) return *found;
  if (const auto found = find_other_depth(report, paths, file_names)) return *found;
  if (const auto found = find_folded(report)) return *found;
  if (report.missing.empty() && report.unexpected.empty())
    return {"the same names with other sizes: another width or variant of the network",
            "choose the model of the file's variant"};
  if (2 * (report.loaded.size() + report.mismatched.size()) > paths.size())
    return {"a variant of the network that differs in some layers",
            "choose the model of the file's variant, or skip what should stay as it is"};
  return {"another architecture: the file begins with " +
              (file_names.empty() ? std::string("nothing") : file_names.front()) +
              ", the model with " + (paths.empty() ? std::string("nothing") : paths.front()),
          "choose the model that the file was made for"};
}

void write_line(std::ostringstream& out, const char* what, const std::vector<std::string>& items) {
  if (items.empty()) return;
  out << "\n  " << what << ' ' << items.size() << ": ";
  for (size_t i = 0; i < std::min(items.size(), kExamples); ++i) out << (i ? ", " : "") << items[i];
  if (items.size() > kExamples) out << ", ...";
}

}  // namespace

std::string diagnose(const LoadReport& report, const std::vector<NamedTensor>& model,
                     const std::vector<std::string>& file_names) {
  std::vector<std::string> mismatched;
  for (const LoadReport::Mismatch& m : report.mismatched) {
    std::string text = m.path + " file " + to_text(m.file) + " model " + to_text(m.model);
    if (m.file == m.model)
      text = m.path + " file " + to_string(m.file_dtype) + " model " + to_string(m.model_dtype);
    mismatched.push_back(std::move(text));
  }
  std::ostringstream out;
  const size_t faults = report.missing.size() + report.unexpected.size() + report.mismatched.size();
  out << "load: the weights do not fit the model: " << faults << " tensor"
      << (faults == 1 ? " does" : "s do") << " not fit, " << report.loaded.size() << " do";
  write_line(out, "not in the file   ", report.missing);
  write_line(out, "not in the model  ", report.unexpected);
  write_line(out, "of another shape  ", mismatched);
  const Diagnosis diagnosis = find_cause(report, model, file_names);
  out << "\n  likely cause: " << diagnosis.cause << "\n  remedy: " << diagnosis.remedy;
  return out.str();
}

}  // namespace graft::transfer
