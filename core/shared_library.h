// Shared libraries opened at run time.
#pragma once

#include <filesystem>
#include <string>

namespace graft {

/// A shared library, open for the rest of the process's life: what it hands out never dangles.
class SharedLibrary {
 public:
  /// A file by its path, or a library by its name, searched as the system does.
  explicit SharedLibrary(const std::string& name);

  bool is_open() const { return handle_ != nullptr; }
  /// Why it is not open, in the loader's words.
  const std::string& error() const { return error_; }
  /// Null if it exports no such function.
  template <class Function>
  Function* find(const char* symbol) const {
    return reinterpret_cast<Function*>(address(symbol));
  }

 private:
  void* address(const char* symbol) const;

  void* handle_;
  std::string error_;
};

/// The file that holds Graft's own code: libgraft.so, or the program that Graft is linked into.
/// Empty if the system does not say.
std::filesystem::path own_file();

}  // namespace graft
