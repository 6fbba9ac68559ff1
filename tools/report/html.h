// Pieces of a self-contained HTML page: text that may come from anywhere, pictures, charts, tables.
// Everything returned is markup, ready to be put into a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graft/data/image.h"

namespace graft::report {

/// Text made safe for element content and quoted attributes.
std::string escape(std::string_view text);

/// An <img> of the picture itself (a BMP in a data URI), `height` pixels high on the page.
std::string picture(const data::Image& image, int height, std::string_view caption);

struct Series {
  std::string name;
  std::vector<double> values;  ///< at 1, 2, 3, ...
};

/// A line chart as SVG, axes from the data; series that are empty are left out.
std::string line_chart(std::string_view title, std::string_view x_label,
                       const std::vector<Series>& series);

/// Rows are true classes, columns predictions, cells shaded by their share of the row.
std::string confusion_table(const std::vector<std::vector<int64_t>>& counts,
                            const std::vector<std::string>& classes);

/// A table with a header row; cells are text, not markup.
std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);

/// The whole page.
std::string page(std::string_view title, const std::vector<std::string>& sections);

}  // namespace graft::report
