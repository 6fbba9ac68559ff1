#include "graft/tools/report/html.h"

#include <numeric>
#include <sstream>

namespace graft::report {
namespace {
// Opacity of a cell's colour at a share of 1: dark text keeps a contrast above 4.5.
constexpr double kDeepest = 0.6;
}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string confusion_table(const std::vector<std::vector<int64_t>>& counts,
                            const std::vector<std::string>& classes) {
  std::ostringstream out;
  out << "<div class=\"wide\"><table class=\"confusion\"><tr><th>true \\ predicted</th>";
  for (const std::string& name : classes) out << "<th>" << escape(name) << "</th>";
  out << "</tr>\n";
  for (size_t i = 0; i < counts.size(); ++i) {
    const int64_t total = std::accumulate(counts[i].begin(), counts[i].end(), int64_t{0});
    out << "<tr><th>" << escape(classes.at(i)) << "</th>";
    for (size_t j = 0; j < counts[i].size(); ++j) {
      const double share =
          total ? static_cast<double>(counts[i][j]) / static_cast<double>(total) : 0.0;
      const char* const rgb = i == j ? "46,125,50" : "198,40,40";
      out << "<td style=\"background:rgba(" << rgb << ',' << kDeepest * share << ")\">"
          << counts[i][j] << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</table></div>\n";
  return out.str();
}

std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows) {
  std::ostringstream out;
  const auto row = [&out](const char* cell, const std::vector<std::string>& texts) {
    out << "<tr>";
    for (const std::string& text : texts)
      out << '<' << cell << '>' << escape(text) << "</" << cell << '>';
    out << "</tr>\n";
  };
  out << "<table>";
  row("th", header);
  for (const auto& texts : rows) row("td", texts);
  out << "</table>\n";
  return out.str();
}

std::string page(std::string_view title, const std::vector<std::string>& sections) {
  std::ostringstream out;
  out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" << escape(title)
      << "</title>\n<style>\n"
         "body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;"
         "color:#222}\n"
         "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.3em "
         ".6em;"
         "text-align:right}th:first-child,td:first-child{text-align:left}\n"
         ".confusion "
         "td{text-align:center}figure{display:inline-block;margin:.4em;text-align:center;"
         "font-size:12px;max-width:140px;overflow-wrap:anywhere}img{image-rendering:pixelated}\n"
         ".wide{overflow-x:auto}svg{max-width:100%}\n</style></head><body>\n<h1>"
      << escape(title) << "</h1>\n";
  for (const std::string& section : sections) out << section << '\n';
  out << "</body></html>\n";
  return out.str();
}

}  // namespace graft::report
