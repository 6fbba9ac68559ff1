#include "graft/core/shared_library.h"

#include <dlfcn.h>

#include <system_error>

namespace graft {

SharedLibrary::SharedLibrary(const std::string& name)
    : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_) return;
  const char* const why = dlerror();
  error_ = why ? why : "unknown error";
}

void* SharedLibrary::address(const char* symbol) const {
  return handle_ ? dlsym(handle_, symbol) : nullptr;
}

std::filesystem::path own_file() {
  Dl_info info{};
  const bool known = dladdr(reinterpret_cast<const void*>(&own_file), &info) != 0;
  std::filesystem::path file = known && info.dli_fname ? info.dli_fname : "";
  if (file.is_absolute()) return file;
  // Of the program itself the loader only knows the word it was started with.
  std::error_code failed;
  file = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::filesystem::path() : file;
}

}  // namespace graft
