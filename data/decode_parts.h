// The pieces behind decode_image(), one file each. Internal to data/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "graft/core/limits.h"
#include "graft/data/image.h"
#include "graft/data/picture_part.h"

namespace graft::data {

/// What a decoder is given. The format has been recognised by its first bytes.
struct EncodedImage {
  std::span<const std::byte> bytes;
  const Limits::Image& limits;
  std::string_view name;

  size_t size() const { return bytes.size(); }
  uint32_t byte(size_t i) const { return std::to_integer<uint32_t>(bytes[i]); }
  uint32_t big_endian_16(size_t i) const { return byte(i) << 8 | byte(i + 1); }
  uint32_t big_endian_32(size_t i) const { return big_endian_16(i) << 16 | big_endian_16(i + 2); }
};

/// What is chosen of a picture of this size; Error(Argument) if that is no part of it.
Box choose_part(const EncodedImage& in, const Size2d& picture, const ChoosePart& choose);

/// Error(Data) for an empty picture, Error(Limit) for one too large to decode.
void check_picture_size(const EncodedImage& in, uint64_t width, uint64_t height);

/// Of a JPEG: they stand within a scan and do not end it.
inline bool is_restart_marker(int marker) { return marker >= 0xd0 && marker <= 0xd7; }

/// Where, in the data of a scan of a JPEG, the marker begins that ends it; Error(Data) if there is
/// none.
size_t end_of_scan(const EncodedImage& in, size_t from);

/// Walks the segments of a JPEG without decoding it: Error(Data) if a segment overruns the file, a
/// Huffman table is impossible, bytes lie between segments or the end marker is missing;
/// Error(Limit) for too many scans. stb_image trusts all of these. Checks the size of the picture,
/// too.
void check_jpeg_segments(const EncodedImage& in);

/// Error(Data) if the header is no header or the file cannot hold that many pixels at deflate's
/// best ratio; checks the size of the picture, too.
void check_png_header(const EncodedImage& in);

/// Walks the chunks of a PNG, whose header has been checked: Error(Data) if one overruns the file
/// or holds no data where stb_image expects some.
void check_png_chunks(const EncodedImage& in);

PicturePart decode_with_libjpeg(const EncodedImage& in, const ChoosePart& choose);
Image decode_with_libpng(const EncodedImage& in);
/// Either format; the checks above must have passed.
PicturePart decode_with_stb(const EncodedImage& in, const ChoosePart& choose);

std::string libjpeg_version();
std::string libpng_version();
std::string stb_version();

}  // namespace graft::data
