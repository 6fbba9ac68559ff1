#include "graft/data/decode.h"

#include <algorithm>
#include <array>

#include "graft/core/error.h"
#include "graft/data/decode_parts.h"

namespace graft::data {
namespace {

#ifdef GRAFT_HAVE_JPEG_PNG
constexpr bool kHasLibraries = true;
#else
constexpr bool kHasLibraries = false;
#endif
#ifdef GRAFT_HAVE_STB
constexpr bool kHasStb = true;
#else
constexpr bool kHasStb = false;
#endif

struct Magic {
  std::string_view bytes, format;
  size_t offset = 0;
};
using namespace std::string_view_literals;
constexpr std::array kMagics{
    Magic{"\xff\xd8\xff"sv, "JPEG"},
    Magic{"\x89PNG\r\n\x1a\n"sv, "PNG"},
    Magic{"GIF8"sv, "GIF"},
    Magic{"WEBP"sv, "WebP", 8},
    Magic{"ftypavif"sv, "AVIF", 4},
    Magic{"ftyp"sv, "HEIF or MP4", 4},
    Magic{"BM"sv, "BMP"},
    Magic{"II*\0"sv, "TIFF"},
    Magic{"MM\0*"sv, "TIFF"},
    Magic{"8BPS"sv, "Photoshop"},
    Magic{"\0\0\0\x0cjP  "sv, "JPEG 2000"},
    Magic{"\xff\x0a"sv, "JPEG XL"},
    Magic{"%PDF"sv, "PDF"},
    Magic{"<svg"sv, "SVG"},
    Magic{"<!DOCTYPE"sv, "HTML"},
    Magic{"<html"sv, "HTML"},
    Magic{"<"sv, "XML or HTML"},
    Magic{"PK\x03\x04"sv, "zip"},
    Magic{"\x1f\x8b"sv, "gzip"},
};

// Empty if the bytes begin like nothing we know.
std::string_view format_of(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Magic& magic : kMagics)
    if (text.size() >= magic.offset && text.substr(magic.offset).starts_with(magic.bytes))
      return magic.format;
  return {};
}

bool use_libraries(Decoder decoder) {
  check(has_decoder(decoder), ErrorKind::Argument, "decode: this build has no ",
        decoder == Decoder::Stb ? "stb_image" : "libjpeg and libpng");
  return decoder == Decoder::Libraries || (decoder == Decoder::Best && kHasLibraries);
}

}  // namespace

void check_picture_size(const EncodedImage& in, uint64_t width, uint64_t height) {
  check(width > 0 && height > 0, ErrorKind::Data, "decode: ", in.name, ": empty picture, ", width,
        " x ", height);
  check(std::max(width, height) <= in.limits.side, ErrorKind::Limit, "decode: ", in.name, ": ",
        width, " x ", height, " pixels, the limit of a side is ", in.limits.side);
  check(width * height <= in.limits.pixels, ErrorKind::Limit, "decode: ", in.name, ": ", width,
        " x ", height, " pixels, the limit is ", in.limits.pixels);
}

Box choose_part(const EncodedImage& in, const Size2d& picture, const ChoosePart& choose) {
  const Box part = choose(picture);
  check(part.is_part_of(picture), ErrorKind::Argument, "decode: ", in.name, ": ", part.height,
        " x ", part.width, " at (", part.top, ", ", part.left, ") is no part of the picture of ",
        picture.height, " x ", picture.width);
  return part;
}

bool has_decoder(Decoder decoder) {
  switch (decoder) {
    case Decoder::Libraries:
      return kHasLibraries;
    case Decoder::Stb:
      return kHasStb;
    case Decoder::Best:
      break;
  }
  return kHasLibraries || kHasStb;
}

std::string describe_decoder(Decoder decoder) {
  return use_libraries(decoder) ? libjpeg_version() + ", " + libpng_version() : stb_version();
}

Image decode_image(std::span<const std::byte> bytes, const Limits& limits, std::string_view name,
                   Decoder decoder) {
  return decode_part(bytes, limits, name, whole_picture, decoder).pixels;
}

PicturePart decode_part(std::span<const std::byte> bytes, const Limits& limits,
                        std::string_view name, const ChoosePart& choose, Decoder decoder) {
  const bool libraries = use_libraries(decoder);
  check(!bytes.empty(), ErrorKind::Data, "decode: ", name, ": the file is empty");
  check(bytes.size() <= limits.image.file_bytes, ErrorKind::Limit, "decode: ", name, ": ",
        bytes.size(), " bytes, the limit is ", limits.image.file_bytes);
  const EncodedImage in{bytes, limits.image, name};
  const std::string_view format = format_of(bytes);
  if (format == "JPEG") {
    if (libraries) return decode_with_libjpeg(in, choose);
    check_jpeg_segments(in);
    return decode_with_stb(in, choose);
  }
  if (format == "PNG") {
    check_png_header(in);
    if (libraries) return decode_with_libpng(in);
    check_png_chunks(in);
    return decode_with_stb(in, choose);
  }
  check(format.empty(), ErrorKind::Data, "decode: ", name, ": looks like ", format,
        "; only JPEG and PNG are read");
  fail(ErrorKind::Data, "decode: ", name, ": not a picture (", bytes.size(),
       " bytes); only JPEG and PNG are read");
}

}  // namespace graft::data
