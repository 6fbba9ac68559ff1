#include "graft/data/decode.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "graft/core/error.h"
#include "graft/data/transforms.h"
#include "support/assets.h"
#include "support/error_text.h"
#include "support/files.h"
#include "support/pictures.h"

namespace graft::data {

using namespace graft::testing;

namespace {

std::vector<Decoder> decoders() {
  std::vector<Decoder> all;
  for (const Decoder decoder : {Decoder::Libraries, Decoder::Stb})
    if (has_decoder(decoder)) all.push_back(decoder);
  return all;
}

Image decode_text(std::string_view text, const Limits& limits = {},
                  Decoder decoder = Decoder::Best) {
  return decode_image(std::as_bytes(std::span(text)), limits, "x", decoder);
}

// The text and kind of the error, or "decoded".
std::string outcome(std::span<const std::byte> bytes, const Limits& limits, Decoder decoder) {
  try {
    decode_image(bytes, limits, "x", decoder);
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.what();
  }
  return "decoded";
}

int largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.bytes() == b.bytes());
  int largest = 0;
  for (size_t i = 0; i < a.bytes(); ++i)
    largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  return largest;
}

PicturePart decode_chosen(std::span<const std::byte> bytes, const Box& box, Decoder decoder) {
  return decode_part(
      bytes, {}, "x", [&](const Size2d&) { return box; }, decoder);
}

// The whole, its corners, and boxes inside at odd and even places.
std::vector<Box> parts_to_try(const Size2d& size) {
  const auto [h, w] = size;
  std::vector<Box> boxes{whole_picture(size), {0, 0, 1, 1}, {h - 1, w - 1, 1, 1}};
  for (int64_t i = 0; i < 6; ++i)
    boxes.push_back({h * i / 13 + i % 2, w * (7 - i) / 17, 1 + h / (3 + i), 1 + w / (9 - i)});
  return boxes;
}

bool is_crash_file(const std::string& name) {
  return name.starts_with("crash-") || name.starts_with("oom-");
}

}  // namespace

TEST_CASE("decode: every kind of file gives Pillow's pixels") {
  if (!has_decoder(Decoder::Libraries)) return skip("libjpeg and libpng");
  std::ifstream lines(golden("pictures/pictures.txt"));
  std::string line;
  int files = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream in(line);
    std::string name, digest;
    int64_t height, width;
    in >> name >> height >> width >> digest;
    CAPTURE(name);
    const std::vector<std::byte> bytes = read_bytes(golden("pictures/" + name));
    const Image image = decode_image(bytes, Limits{}, name, Decoder::Libraries);
    CHECK(image.height() == height);
    CHECK(image.width() == width);
    CHECK(image.channels() == 3);
    CHECK(sha256_of(image) == digest);
    // stb converts CMYK by another formula and interpolates the last column of 4:2:2 the wrong way
    // round; its other JPEGs differ by the rounding of its DCT.
    const bool comparable = !name.ends_with("cmyk.jpg") && !name.ends_with("half_chroma.jpg");
    if (has_decoder(Decoder::Stb) && comparable) {
      const Image other = decode_image(bytes, Limits{}, name, Decoder::Stb);
      CHECK(largest_difference(image, other) <= (name.ends_with(".jpg") ? 4 : 0));
    }
    ++files;
  }
  CHECK(files == 23);
}

TEST_CASE("decode: stb stays within 4 of libjpeg on photographs") {
  const auto folder = asset("hymenoptera/val/ants");
  if (!folder) return skip("hymenoptera");
  if (decoders().size() < 2) return skip("the second decoder");
  int photos = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::vector<std::byte> bytes = read_bytes(entry.path());
    if (bytes.size() > 100'000 || ++photos > 10) continue;
    const Image a = decode_image(bytes, Limits{}, "a", Decoder::Libraries);
    const Image b = decode_image(bytes, Limits{}, "b", Decoder::Stb);
    CHECK(largest_difference(a, b) <= 4);
  }
  CHECK(photos >= 10);
}

TEST_CASE("decode: a part equals that part of the whole, to the bit") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(golden("pictures")))
    if (entry.path().extension() != ".txt") files.push_back(entry.path());
  CHECK(files.size() == 23);
  if (const auto folder = asset("hymenoptera/val/bees"))
    for (const auto& entry : std::filesystem::directory_iterator(*folder))
      if (entry.file_size() < 60'000) files.push_back(entry.path());
  for (const std::filesystem::path& file : files) {
    CAPTURE(file.filename().string());
    const std::vector<std::byte> bytes = read_bytes(file);
    for (const Decoder decoder : decoders()) {
      const Image whole = decode_image(bytes, {}, "x", decoder);
      for (const Box& box : parts_to_try(whole.size())) {
        CAPTURE(box.top);
        CAPTURE(box.left);
        CAPTURE(box.height);
        CAPTURE(box.width);
        const PicturePart part = decode_chosen(bytes, box, decoder);
        CHECK(part.whole == whole.size());
        REQUIRE(part.holds(box));
        CHECK(part.pixels ==
              crop(whole, {part.top, part.left, part.pixels.height(), part.pixels.width()}));
      }
    }
  }
}

TEST_CASE("decode: a part comes with hardly more than it was asked for") {
  if (!has_decoder(Decoder::Libraries)) return skip("libjpeg");
  const PicturePart part = decode_chosen(read_bytes(golden("pictures/large_baseline.jpg")),
                                         {20, 50, 30, 10}, Decoder::Libraries);
  CHECK(part.top == 20);
  CHECK(part.pixels.height() == 30);
  CHECK(part.left == 50);
  CHECK(part.pixels.width() == 18);
}

TEST_CASE("decode: of a part, a truncated file is an error at every length") {
  for (const std::string name :
       {"large_baseline.jpg", "large_progressive.jpg", "large_restarts.jpg"})
    for (const Decoder decoder : decoders()) {
      const std::vector<std::byte> bytes = read_bytes(golden("pictures/" + name));
      for (size_t length = 0; length < bytes.size(); length += 1 + length / 100) {
        CAPTURE(name);
        CAPTURE(length);
        CHECK(error_text([&] {
                decode_chosen({bytes.data(), length}, {3, 40, 5, 20}, decoder);
              }).starts_with("decode: x: "));
      }
      const size_t all_but_end = bytes.size() - 1;
      CHECK(error_text([&] {
              decode_chosen({bytes.data(), all_but_end}, {3, 40, 5, 20}, decoder);
            }) == "decode: x: JPEG: the file is cut short");
    }
}

TEST_CASE("decode: of a part with flipped bits, the picture or the error of the whole") {
  if (!has_decoder(Decoder::Libraries)) return skip("libjpeg");
  for (const std::string name :
       {"large_baseline.jpg", "large_progressive.jpg", "large_restarts.jpg"}) {
    CAPTURE(name);
    std::vector<std::byte> bytes = read_bytes(golden("pictures/" + name));
    for (size_t bit = 0; bit < 8 * bytes.size(); bit += 37) {
      CAPTURE(bit);
      const std::byte mask{static_cast<unsigned char>(1 << (bit % 8))};
      bytes[bit / 8] ^= mask;
      Image whole;
      PicturePart part;
      const auto box = [](const Size2d& size) {
        return Box{size.height / 4, size.width / 2, size.height - size.height / 4, size.width / 8};
      };
      const std::string whole_error =
          error_text([&] { whole = decode_image(bytes, {}, "x", Decoder::Libraries); });
      const std::string part_error =
          error_text([&] { part = decode_part(bytes, {}, "x", box, Decoder::Libraries); });
      CHECK(whole_error == part_error);
      if (!whole.empty())
        CHECK(part.pixels ==
              crop(whole, {part.top, part.left, part.pixels.height(), part.pixels.width()}));
      bytes[bit / 8] ^= mask;
    }
  }
}

TEST_CASE("decode: what is chosen must be a part of the picture") {
  const std::vector<std::byte> bytes = read_bytes(golden("pictures/baseline.jpg"));
  for (const Decoder decoder : decoders())
    for (const Box& box : {Box{0, 0, 18, 23}, Box{0, 1, 17, 23}, Box{-1, 0, 5, 5}, Box{3, 3, 0, 4}})
      CHECK_THROWS_AS(decode_chosen(bytes, box, decoder), Error);
  CHECK(error_text([&] {
          decode_chosen(bytes, {2, 20, 5, 4}, Decoder::Best);
        }) == "decode: x: 5 x 4 at (2, 20) is no part of the picture of 17 x 23");
}

TEST_CASE("decode: 16-bit samples keep their upper byte") {
  std::string rows;
  for (int y = 0; y < 2; ++y) rows += std::string("\0\x12\x34\xff\x01\x80\x7f", 7);
  // Stored by hand: png_bytes() writes 8 bits.
  std::string stream = std::string("\x78\x01\x01\x0e\x00\xf1\xff", 7) + rows;
  uint32_t a = 1, b = 0;
  for (const char c : rows) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  for (const uint32_t v : {b >> 8, b, a >> 8, a}) stream += static_cast<char>(v & 0xff);
  const std::string file =
      png_head(2, 3, 16, 0) + png_chunk("IDAT", stream) + png_chunk("IEND", "");
  for (const Decoder decoder : decoders()) {
    const Image image = decode_text(file, {}, decoder);
    CHECK(image.width() == 3);
    for (int i = 0; i < 3; ++i) {
      CHECK(image.data()[i] == 0x12);
      CHECK(image.data()[3 + i] == 0xff);
      CHECK(image.data()[6 + i] == 0x80);
    }
  }
}

TEST_CASE("decode: what is neither JPEG nor PNG is named") {
  CHECK_THROWS_WITH_AS(decode_text("GIF89a......"),
                       "decode: x: looks like GIF; only JPEG and PNG are read", Error);
  CHECK_THROWS_WITH_AS(decode_text("RIFF....WEBPVP8 "),
                       "decode: x: looks like WebP; only JPEG and PNG are read", Error);
  CHECK_THROWS_WITH_AS(decode_text("<!DOCTYPE html><html>"),
                       "decode: x: looks like HTML; only JPEG and PNG are read", Error);
  CHECK_THROWS_WITH_AS(decode_text("hello, world"),
                       "decode: x: not a picture (12 bytes); only JPEG and PNG are read", Error);
  CHECK_THROWS_WITH_AS(decode_text("\xff\xff\xd8\xff"),
                       "decode: x: not a picture (4 bytes); only JPEG and PNG are read", Error);
  CHECK_THROWS_WITH_AS(decode_text(""), "decode: x: the file is empty", Error);
}

TEST_CASE("decode: a truncated file is an error at every length") {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg", "rgb.png", "palette.png"})
    for (const Decoder decoder : decoders()) {
      const std::vector<std::byte> bytes = read_bytes(golden(std::string("pictures/") + name));
      // A PNG is complete with its pixels; only its end chunk and checksums follow.
      const size_t needed = bytes.size() - (std::string(name).ends_with(".png") ? 24 : 0);
      for (size_t length = 0; length < needed; ++length) {
        CAPTURE(name);
        CAPTURE(length);
        const std::string result = outcome({bytes.data(), length}, {}, decoder);
        CHECK(result.starts_with("data: decode: x: "));
      }
    }
}

TEST_CASE("decode: flipped bits end in a picture or an error") {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "bits.png"})
    for (const Decoder decoder : decoders()) {
      std::vector<std::byte> bytes = read_bytes(golden(std::string("pictures/") + name));
      int refused = 0;
      for (size_t bit = 0; bit < 8 * bytes.size(); bit += 3) {
        const std::byte mask{static_cast<unsigned char>(1 << (bit % 8))};
        bytes[bit / 8] ^= mask;
        refused += outcome(bytes, {}, decoder) != "decoded";
        bytes[bit / 8] ^= mask;
      }
      CHECK(refused > 0);
      CHECK(outcome(bytes, {}, decoder) == "decoded");
    }
}

TEST_CASE("decode: the limits hold") {
  const std::vector<std::byte> jpeg = read_bytes(golden("pictures/progressive.jpg"));
  const std::vector<std::byte> png = png_bytes(noise_image(17, 23, 3));
  for (const Decoder decoder : decoders()) {
    Limits limits;
    limits.image.side = 22;
    for (const auto& file : {jpeg, png})
      CHECK(outcome(file, limits, decoder) ==
            "limit: decode: x: 23 x 17 pixels, the limit of a side is 22");
    limits = {};
    limits.image.pixels = 390;
    for (const auto& file : {jpeg, png})
      CHECK(outcome(file, limits, decoder) == "limit: decode: x: 23 x 17 pixels, the limit is 390");
    limits = {};
    limits.image.scans = 3;
    CHECK(outcome(jpeg, limits, decoder) == "limit: decode: x: JPEG: more than 3 scans");
    limits = {};
    limits.image.file_bytes = 100;
    CHECK(outcome(jpeg, limits, decoder) ==
          "limit: decode: x: " + std::to_string(jpeg.size()) + " bytes, the limit is 100");
  }
}

TEST_CASE("decode: a header that claims more than the file can hold is refused") {
  const std::string claim = png_head(16000, 4000, 8, 2) + png_chunk("IDAT", "\x78\x01");
  CHECK_THROWS_WITH_AS(decode_text(claim),
                       "decode: x: PNG: 47 bytes cannot hold 4000 x 16000 pixels", Error);
  CHECK_THROWS_WITH_AS(decode_text(png_head(0, 5, 8, 2)), "decode: x: empty picture, 5 x 0", Error);
  CHECK_THROWS_WITH_AS(decode_text(png_head(5, 0x80000000u, 8, 2)),
                       "decode: x: 2147483648 x 5 pixels, the limit of a side is 16384", Error);
  CHECK_THROWS_WITH_AS(decode_text(png_head(5, 5, 8, 5)),
                       "decode: x: PNG: no colour type 5 of 8 bits", Error);
}

TEST_CASE("decode: an empty data chunk does not reach stb") {
  if (!has_decoder(Decoder::Stb)) return skip("stb_image");
  const std::string file = png_head(1, 1, 8, 0) + png_chunk("IDAT", "") + png_chunk("IEND", "");
  CHECK_THROWS_WITH_AS(decode_text(file, {}, Decoder::Stb), "decode: x: PNG: empty data chunk",
                       Error);
}

TEST_CASE("decode: a scan whose Huffman tables were never defined does not reach stb") {
  if (!has_decoder(Decoder::Stb)) return skip("stb_image");
  std::vector<std::byte> bytes = read_bytes(golden("pictures/baseline.jpg"));
  for (size_t i = 0; i + 1 < bytes.size(); ++i)  // make the tables comments
    if (bytes[i] == std::byte{0xff} && bytes[i + 1] == std::byte{0xc4})
      bytes[i + 1] = std::byte{0xfe};
  CHECK(outcome(bytes, {}, Decoder::Stb) ==
        "data: decode: x: JPEG: scan without its Huffman table");
  // libjpeg-turbo takes the standard's tables then, as motion JPEG wants it.
  if (has_decoder(Decoder::Libraries)) CHECK(outcome(bytes, {}, Decoder::Libraries) == "decoded");
}

TEST_CASE("decode: a Huffman table of more than 256 codes is refused") {
  std::string file = "\xff\xd8\xff\xc0";
  file += std::string("\0\x11\x08\0\x21\0\x28\3\1\x11\0\2\x11\1\3\x11\1", 17);
  std::string table = "\x13" + std::string(8, '\0') + "\xc8\x64" + std::string(6, '\0');
  table += std::string(300, '\0');
  file += std::string("\xff\xc4\x01\x3f", 4) + table + "\xff\xd9";
  CHECK(file.size() == 344);
  for (const Decoder decoder : decoders())
    CHECK(
        outcome(std::as_bytes(std::span(file)), {}, decoder).starts_with("data: decode: x: JPEG"));
}

TEST_CASE("decode: files that crashed decoders are refused or decoded within limits") {
  const auto folder = asset("hostile/jpeg");
  if (!folder) return skip("hostile/jpeg");
  std::vector<std::vector<std::byte>> files;
  for (const auto& entry : std::filesystem::directory_iterator(*folder))
    if (is_crash_file(entry.path().filename().string())) files.push_back(read_bytes(entry.path()));
  CHECK(files.size() == 21);
  // Several rounds in one process: some need what an earlier decoding left behind in the heap.
  for (const Decoder decoder : decoders())
    for (size_t round = 0; round < 10; ++round)
      for (size_t i = 0; i < files.size(); ++i) {
        const auto& bytes = files[(i * (round % 2 == 0 ? 1 : 20) + round) % files.size()];
        const std::string result = outcome(bytes, {}, decoder);
        CHECK((result == "decoded" || result.starts_with("data: decode: x: ") ||
               result.starts_with("limit: decode: x: ")));
      }
}

TEST_CASE("decode: a decoder that is not built in is an error, the others describe themselves") {
  for (const Decoder decoder : decoders()) CHECK(!describe_decoder(decoder).empty());
  if (has_decoder(Decoder::Stb)) {
    CHECK(describe_decoder(Decoder::Stb).starts_with("stb 2."));
  } else {
    CHECK_THROWS_WITH_AS(decode_text("x", {}, Decoder::Stb), "decode: this build has no stb_image",
                         Error);
  }
}

}  // namespace graft::data
