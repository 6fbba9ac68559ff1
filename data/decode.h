// Decoding of pictures from memory. The bytes are untrusted: every refusal is an Error, and memory
// and time stay within Limits.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "graft/core/limits.h"
#include "graft/data/image.h"
#include "graft/data/picture_part.h"

namespace graft::data {

/// Libraries are libjpeg-turbo and libpng, whose pixels equal Pillow's; Stb is stb_image under a
/// memory budget, whose JPEG pixels differ by a few units. Best is the first one built in.
enum class Decoder { Best, Libraries, Stb };

bool has_decoder(Decoder decoder);

/// One line for version reports, e.g. "libjpeg-turbo 2.1.5, libpng 1.6.39" or "stb 2.27 (unsafe for
/// untrusted input)".
std::string describe_decoder(Decoder decoder = Decoder::Best);

/// A JPEG or PNG as RGB [H,W,3], the way Pillow's convert("RGB") gives it: grey is repeated, alpha
/// dropped, palettes looked up, CMYK converted, 16 bits cut to the upper 8 (of grey too, where
/// Pillow clips at 255 and gives white). An EXIF rotation is not applied. The first bytes decide
/// the format; `name` only appears in error texts.
///
/// Error(Data) for another format (named), a damaged or a truncated file; Error(Limit);
/// Error(OutOfMemory); Error(Argument) if the decoder is not built in. Safe from any thread.
Image decode_image(std::span<const std::byte> bytes, const Limits& limits, std::string_view name,
                   Decoder decoder = Decoder::Best);

/// At least the chosen part of decode_image(); all pixels are equal to the bit. Where libjpeg can
/// do so, a JPEG's data above and beside the part are parsed but not transformed, and those below
/// are not even parsed: it is only checked that they are there, so that a file cut short is the
/// same error. Otherwise errors as decode_image(); Error(Argument) if what is chosen is no part of
/// it.
PicturePart decode_part(std::span<const std::byte> bytes, const Limits& limits,
                        std::string_view name, const ChoosePart& choose,
                        Decoder decoder = Decoder::Best);

}  // namespace graft::data
