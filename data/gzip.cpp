#include "graft/data/gzip.h"

#ifdef GRAFT_HAVE_ZLIB
#include <zlib.h>
#endif

#include <algorithm>
#include <limits>
#include <memory>

#include "graft/core/error.h"
#include "graft/core/io/file_system.h"

namespace graft::data {

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

#ifdef GRAFT_HAVE_ZLIB
namespace {

class Inflater {
 public:
  Inflater(std::string_view bytes, std::string_view name) : left_(bytes), name_(name) {
    constexpr int kGzipOnly = 16;
    check(inflateInit2(&stream_, kGzipOnly + MAX_WBITS) == Z_OK, ErrorKind::OutOfMemory, name,
          ": no memory to decompress");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills as much of `out` as there is content for; returns how much.
  size_t read(char* out, size_t wanted) {
    size_t done = 0;
    while (done < wanted && !ended_) {
      const uInt asked = step(out + done, wanted - done);
      done += asked - stream_.avail_out;
    }
    return done;
  }

  bool at_end() {
    char extra;
    return read(&extra, 1) == 0 && left_.empty();
  }

 private:
  static constexpr size_t kLargest = std::numeric_limits<uInt>::max();  // what one call can take

  uInt step(char* out, size_t wanted) {
    const auto asked = static_cast<uInt>(std::min(wanted, kLargest));
    const auto given = static_cast<uInt>(std::min(left_.size(), kLargest));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(left_.data()));
    stream_.avail_in = given;
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = asked;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    left_.remove_prefix(given - stream_.avail_in);
    ended_ = result == Z_STREAM_END;
    check(result != Z_MEM_ERROR, ErrorKind::OutOfMemory, name_, ": no memory to decompress");
    check(result == Z_OK || ended_, ErrorKind::Data, name_, ": the gzip stream is ",
          result == Z_BUF_ERROR ? "cut short" : "damaged");
    return asked;
  }

  z_stream stream_{};
  std::string_view left_, name_;
  bool ended_ = false;
};

}  // namespace

std::string gunzip_start(std::string_view bytes, size_t wanted, std::string_view name) {
  std::string out(wanted, '\0');
  out.resize(Inflater(bytes, name).read(out.data(), wanted));
  return out;
}

std::string gunzip_exactly(std::string_view bytes, size_t size, std::string_view name) {
  constexpr size_t kBestRatio = 1032;
  check(size / kBestRatio <= bytes.size(), ErrorKind::Data, name, ": ", bytes.size(),
        " compressed bytes cannot hold ", size);
  Inflater stream(bytes, name);
  std::string out = buffer_for(std::string(name), size);
  const size_t got = stream.read(out.data(), size);
  check(got == size && stream.at_end(), ErrorKind::Data, name, ": ", got < size ? "fewer" : "more",
        " bytes than the ", size, " its header tells of");
  return out;
}

bool has_gzip() { return true; }

#else

bool has_gzip() { return false; }

std::string gunzip_start(std::string_view, size_t, std::string_view name) {
  fail(ErrorKind::Argument, name, ": compressed by gzip, and this build has no zlib; unpack it");
}

std::string gunzip_exactly(std::string_view bytes, size_t size, std::string_view name) {
  return gunzip_start(bytes, size, name);
}

#endif

}  // namespace graft::data
