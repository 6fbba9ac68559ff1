#include "cuda_emulator/kernel_name.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace graft::emulator {
namespace {

std::string demangled(const char* symbol) {
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(symbol, nullptr, nullptr, nullptr), &std::free);
  return name ? name.get() : symbol;
}

template <class T>
const T* at(const std::vector<char>& file, uint64_t offset) {
  return reinterpret_cast<const T*>(file.data() + offset);
}

// The symbol whose value is `address`, relative to where the program is loaded.
std::string symbol_at(const std::vector<char>& file, uint64_t address) {
  const auto* const header = at<Elf64_Ehdr>(file, 0);
  const auto* const sections = at<Elf64_Shdr>(file, header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const auto* const symbols = at<Elf64_Sym>(file, sections[i].sh_offset);
    const uint64_t names = sections[sections[i].sh_link].sh_offset;
    for (uint64_t k = 0; k < sections[i].sh_size / sizeof(Elf64_Sym); ++k)
      if (symbols[k].st_value == address && ELF64_ST_TYPE(symbols[k].st_info) == STT_FUNC)
        return demangled(at<char>(file, names + symbols[k].st_name));
  }
  return "?";
}

}  // namespace

std::string kernel_name(const void* function) {
  Dl_info where{};
  if (dladdr(function, &where) == 0) return "?";
  std::ifstream stream(where.dli_fname, std::ios::binary);
  const std::vector<char> file{std::istreambuf_iterator<char>(stream), {}};
  if (file.size() < sizeof(Elf64_Ehdr)) return "?";
  const bool relocated = at<Elf64_Ehdr>(file, 0)->e_type == ET_DYN;
  const auto address = reinterpret_cast<uint64_t>(function);
  return symbol_at(file,
                   relocated ? address - reinterpret_cast<uint64_t>(where.dli_fbase) : address);
}

}  // namespace graft::emulator
