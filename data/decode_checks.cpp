// What is checked of a picture file before a decoder sees it.
#include <array>
#include <bitset>
#include <cstring>

#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

constexpr uint64_t kDeflateBestRatio = 1032;

void need_bytes(const EncodedImage& in, bool there) {
  check(there, ErrorKind::Data, "decode: ", in.name, ": JPEG: the file is cut short");
}

// Reads the markers of a JPEG one after the other, the way stb_image does.
class JpegWalk {
 public:
  explicit JpegWalk(const EncodedImage& in) : in_(in) {}

  void run() {
    position_ = 2;  // past SOI, which the magic has shown
    for (;;) {
      const uint32_t marker = next_marker();
      if (marker == kEnd) break;
      const size_t body = position_ + 2, length = segment_length();
      if (marker == kHuffman) check_huffman(body, length);
      if (is_frame(marker)) check_frame(body, length, marker == kProgressive);
      position_ = body + length;
      if (marker == kScan) {
        check_scan(body, length);
        check(++scans_ <= in_.limits.scans, ErrorKind::Limit, "decode: ", in_.name,
              ": JPEG: more than ", in_.limits.scans, " scans");
        position_ = end_of_scan(in_, position_);
      }
    }
    check(scans_ > 0, ErrorKind::Data, "decode: ", in_.name, ": JPEG: no picture data");
  }

 private:
  static constexpr uint32_t kProgressive = 0xc2, kHuffman = 0xc4, kScan = 0xda, kEnd = 0xd9;
  static bool is_frame(uint32_t marker) { return marker >= 0xc0 && marker <= 0xc2; }

  void need(bool there) const { need_bytes(in_, there); }

  uint32_t next_marker() {
    need(position_ + 2 <= in_.size());
    check(in_.byte(position_) == 0xff, ErrorKind::Data, "decode: ", in_.name,
          ": JPEG: stray bytes at ", position_);
    while (in_.byte(position_) == 0xff) need(++position_ < in_.size());
    const uint32_t marker = in_.byte(position_++);
    check(marker >= 0xc0 && marker != 0xd8 && !is_restart_marker(static_cast<int>(marker)),
          ErrorKind::Data, "decode: ", in_.name, ": JPEG: marker ", marker, " out of place");
    return marker;
  }

  // Bytes after the length field of the segment at position_.
  size_t segment_length() const {
    need(position_ + 2 <= in_.size());
    const size_t length = in_.big_endian_16(position_);
    check(length >= 2, ErrorKind::Data, "decode: ", in_.name, ": JPEG: segment of ", length,
          " bytes");
    need(position_ + length <= in_.size());
    return length - 2;
  }

  void check_huffman(size_t at, size_t left) {
    while (left > 0) {
      uint32_t symbols = 0, code = 0;
      bool possible = left >= 17 && (in_.byte(at) & 0xe0) == 0 && (in_.byte(at) & 0x0f) < 4;
      for (size_t bits = 1; possible && bits <= 16; ++bits) {
        const uint32_t count = in_.byte(at + bits);
        symbols += count;
        code = 2 * code + count;
        possible = code <= (1u << bits);
      }
      check(possible && symbols <= 256 && 17 + symbols <= left, ErrorKind::Data,
            "decode: ", in_.name, ": JPEG: impossible Huffman table");
      tables_.set(in_.byte(at) >> 4 << 2 | (in_.byte(at) & 3));
      at += 17 + symbols;
      left -= 17 + symbols;
    }
  }

  void check_frame(size_t at, size_t length, bool progressive) {
    check(!framed_ && length >= 6, ErrorKind::Data, "decode: ", in_.name, ": JPEG: bad frame");
    check_picture_size(in_, in_.big_endian_16(at + 3), in_.big_endian_16(at + 1));
    framed_ = true;
    progressive_ = progressive;
  }

  // The Huffman tables that a scan names must have been defined.
  void check_scan(size_t at, size_t length) const {
    check(framed_, ErrorKind::Data, "decode: ", in_.name, ": JPEG: scan before the frame");
    const size_t components = length > 0 ? in_.byte(at) : 0;
    check(length == 4 + 2 * components, ErrorKind::Data, "decode: ", in_.name, ": JPEG: bad scan");
    const bool dc_scan = in_.byte(at + length - 3) == 0;
    const bool refinement = in_.byte(at + length - 1) >> 4 != 0;
    for (size_t c = 0; c < components; ++c) {
      const uint32_t names = in_.byte(at + 2 + 2 * c), dc = names >> 4, ac = names & 15;
      const bool dc_known = dc < 4 && (tables_[dc] || (progressive_ && (!dc_scan || refinement)));
      const bool ac_known = ac < 4 && (tables_[4 + ac] || (progressive_ && dc_scan));
      check(dc_known && ac_known, ErrorKind::Data, "decode: ", in_.name,
            ": JPEG: scan without its Huffman table");
    }
  }

  const EncodedImage& in_;
  size_t position_ = 0;
  uint64_t scans_ = 0;
  bool framed_ = false, progressive_ = false;
  std::bitset<8> tables_;  // defined: four for DC, then four for AC
};

}  // namespace

size_t end_of_scan(const EncodedImage& in, size_t from) {
  for (;;) {
    const void* found = std::memchr(in.bytes.data() + from, 0xff, in.size() - from);
    need_bytes(in, found != nullptr);
    const auto at = static_cast<size_t>(static_cast<const std::byte*>(found) - in.bytes.data());
    from = at + 1;
    while (from < in.size() && in.byte(from) == 0xff) ++from;
    need_bytes(in, from < in.size());
    const auto marker = static_cast<int>(in.byte(from));
    if (marker != 0 && !is_restart_marker(marker)) return at;
  }
}

void check_jpeg_segments(const EncodedImage& in) { JpegWalk(in).run(); }

void check_png_header(const EncodedImage& in) {
  check(in.size() >= 33, ErrorKind::Data, "decode: ", in.name, ": PNG: the file is cut short");
  constexpr uint32_t kIhdr = 0x49484452;
  check(in.big_endian_32(8) == 13 && in.big_endian_32(12) == kIhdr, ErrorKind::Data,
        "decode: ", in.name, ": PNG: does not begin with its header");
  const uint32_t width = in.big_endian_32(16), height = in.big_endian_32(20);
  check_picture_size(in, width, height);
  constexpr std::array<uint32_t, 7> kSamples{1, 0, 3, 1, 2, 0, 4};  // of a pixel, by colour type
  const uint32_t depth = in.byte(24), colour = in.byte(25);
  check(depth >= 1 && depth <= 16 && colour < kSamples.size() && kSamples[colour] > 0,
        ErrorKind::Data, "decode: ", in.name, ": PNG: no colour type ", colour, " of ", depth,
        " bits");
  const uint64_t row_bits = uint64_t{width} * kSamples[colour] * depth;
  check((row_bits + 7) / 8 * height <= kDeflateBestRatio * in.size(), ErrorKind::Data,
        "decode: ", in.name, ": PNG: ", in.size(), " bytes cannot hold ", width, " x ", height,
        " pixels");
}

void check_png_chunks(const EncodedImage& in) {
  constexpr uint32_t kData = 0x49444154, kEnd = 0x49454e44;
  for (size_t at = 8;;) {
    check(in.size() - at >= 12, ErrorKind::Data, "decode: ", in.name,
          ": PNG: the file is cut short");
    const uint32_t length = in.big_endian_32(at), type = in.big_endian_32(at + 4);
    if (type == kEnd) return;
    check(length <= in.size() - at - 12, ErrorKind::Data, "decode: ", in.name,
          ": PNG: the file is cut short");
    check(length > 0 || type != kData, ErrorKind::Data, "decode: ", in.name,
          ": PNG: empty data chunk");
    at += 12 + size_t{length};
  }
}

}  // namespace graft::data
