// Line charts as SVG.
#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "graft/tools/report/html.h"

namespace graft::report {
namespace {

constexpr double kWidth = 640, kHeight = 300, kLeft = 60, kRight = 150, kTop = 36, kBottom = 44;
constexpr std::array<const char*, 6> kColours{"#1565c0", "#c62828", "#2e7d32",
                                              "#ef6c00", "#6a1b9a", "#00838f"};

struct Frame {
  double low, high;
  size_t points;

  double x(size_t i) const {
    const double span = points > 1 ? static_cast<double>(points - 1) : 1.0;
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(i) / span;
  }
  double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * (value - low) / (high - low);
  }
};

Frame frame_of(const std::vector<Series>& series) {
  Frame frame{0, 0, 1};
  bool first = true;
  for (const Series& line : series) {
    frame.points = std::max(frame.points, line.values.size());
    for (const double value : line.values) {
      frame.low = first ? value : std::min(frame.low, value);
      frame.high = first ? value : std::max(frame.high, value);
      first = false;
    }
  }
  if (!(frame.high > frame.low)) frame.high = frame.low + 1;
  return frame;
}

// A round step that cuts the range into about five.
double tick_step(double range) {
  const double rough = range / 5, power = std::pow(10.0, std::floor(std::log10(rough)));
  const double lead = rough / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

}  // namespace

std::string line_chart(std::string_view title, std::string_view x_label,
                       const std::vector<Series>& series) {
  const Frame frame = frame_of(series);
  std::ostringstream out;
  out.precision(5);
  out << "<svg viewBox=\"0 0 " << kWidth << ' ' << kHeight
      << "\" width=\"640\" font-family=\"system-ui\" font-size=\"12\">\n<text x=\"" << kLeft
      << "\" y=\"20\" font-size=\"14\">" << escape(title) << "</text>\n<text x=\""
      << (kLeft + kWidth - kRight) / 2 << "\" y=\"" << kHeight - 8 << "\" text-anchor=\"middle\">"
      << escape(x_label) << (frame.points > 1 ? " 1 to " : " ") << frame.points << "</text>\n";
  const double step = tick_step(frame.high - frame.low);
  for (double tick = std::ceil(frame.low / step) * step; tick <= frame.high + step / 1e6;
       tick += step) {
    out << "<line x1=\"" << kLeft << "\" x2=\"" << kWidth - kRight << "\" y1=\"" << frame.y(tick)
        << "\" y2=\"" << frame.y(tick) << "\" stroke=\"#ddd\"/><text x=\"" << kLeft - 6 << "\" y=\""
        << frame.y(tick) + 4 << "\" text-anchor=\"end\">" << (std::abs(tick) < step / 2 ? 0 : tick)
        << "</text>\n";
  }
  size_t drawn = 0;
  for (const Series& line : series) {
    if (line.values.empty()) continue;
    const char* const colour = kColours[drawn % kColours.size()];
    out << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << colour << "\" points=\"";
    for (size_t i = 0; i < line.values.size(); ++i)
      out << frame.x(i) << ',' << frame.y(line.values[i]) << ' ';
    out << "\"/>";
    if (line.values.size() == 1)  // no line to be seen
      out << "<circle r=\"4\" fill=\"" << colour << "\" cx=\"" << frame.x(0) << "\" cy=\""
          << frame.y(line.values[0]) << "\"/>";
    out << "<text fill=\"" << colour << "\" x=\"" << kWidth - kRight + 10 << "\" y=\""
        << kTop + 8 + 18 * static_cast<double>(drawn) << "\">" << escape(line.name) << "</text>\n";
    ++drawn;
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace graft::report
