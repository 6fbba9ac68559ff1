#include "graft/benchmarks/report.h"

#include <algorithm>
#include <iomanip>
#include <ostream>

#include "graft/core/parallel.h"
#include "graft/core/simd_level.h"

namespace graft::bench {

double share_of_ceiling(const Timing& timing, const Ceiling& ceiling) {
  return std::max(timing.flops / ceiling.flops, timing.bytes / ceiling.bytes_per_second) /
         timing.seconds;
}

void print_header(std::ostream& out, const Ceiling& ceiling, Device device, bool json) {
  const bool cpu = device.type == DeviceType::Cpu;
  const char* simd = to_string(simd_level());
  if (json) {
    out << R"({"ceiling": {"gflops": )" << ceiling.flops / 1e9 << R"(, "best_gflops": )"
        << ceiling.best_flops / 1e9 << R"(, "gbs": )" << ceiling.bytes_per_second / 1e9;
    if (cpu)
      out << R"(, "threads": )" << num_threads() << R"(, "simd": ")" << simd << "\"}}\n";
    else
      out << R"(, "device": ")" << device << "\"}}\n";
    return;
  }
  out << std::fixed << std::setprecision(1) << "ceiling: " << ceiling.flops / 1e9 << " GFLOP/s, "
      << ceiling.bytes_per_second / 1e9 << " GB/s (";
  if (cpu)
    out << num_threads() << " threads, " << simd << ")\n";
  else
    out << device << ")\n";
  out << std::left << std::setw(20) << "op" << std::setw(44) << "operands" << std::setw(10) << ""
      << std::right << std::setw(10) << "ms" << std::setw(10) << "GFLOP/s" << std::setw(9) << "GB/s"
      << std::setw(9) << "share" << '\n';
}

void print(std::ostream& out, const Timing& timing, const Ceiling& ceiling, bool json) {
  const char* direction = timing.backward ? "backward" : "forward";
  const double gflops = timing.flops / timing.seconds / 1e9;
  const double gbs = timing.bytes / timing.seconds / 1e9;
  const double share = share_of_ceiling(timing, ceiling);
  if (json) {
    out << R"({"op": ")" << timing.op << R"(", "operands": ")" << timing.shapes
        << R"(", "direction": ")" << direction << R"(", "seconds": )" << timing.seconds
        << R"(, "gflops": )" << gflops << R"(, "gbs": )" << gbs << R"(, "share": )" << share
        << "}\n";
    return;
  }
  out << std::fixed << std::left << std::setw(20) << timing.op << std::setw(44) << timing.shapes
      << std::setw(10) << direction << std::right << std::setprecision(3) << std::setw(10)
      << timing.seconds * 1e3 << std::setprecision(1) << std::setw(10);
  if (timing.flops > 0)
    out << gflops;
  else
    out << "";
  out << std::setw(9) << gbs << std::setw(8) << share * 100 << "%\n" << std::flush;
}

}  // namespace graft::bench
