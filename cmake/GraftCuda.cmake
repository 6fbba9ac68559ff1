# The CUDA language and toolkit for the module kernels/cuda. AUTO uses them when they are found.
set(GRAFT_WITH_CUDA OFF)
if(GRAFT_CUDA STREQUAL "OFF")
  return()
endif()

include(CheckLanguage)
check_language(CUDA)
# The first with the newest of the architectures below; Debian's own package is older.
set(oldest_toolkit 12.8)
find_package(CUDAToolkit ${oldest_toolkit} QUIET)
# Where cuBLASLt is not with the Toolkit: in Python's nvidia-cublas, without the name to link with.
if(CUDAToolkit_FOUND AND NOT TARGET CUDA::cublasLt)
  find_path(GRAFT_CUBLASLT_INCLUDE cublasLt.h)
  find_library(GRAFT_CUBLASLT_LIBRARY NAMES libcublasLt.so.${CUDAToolkit_VERSION_MAJOR})
  mark_as_advanced(GRAFT_CUBLASLT_INCLUDE GRAFT_CUBLASLT_LIBRARY)
  if(GRAFT_CUBLASLT_INCLUDE AND GRAFT_CUBLASLT_LIBRARY)
    add_library(CUDA::cublasLt INTERFACE IMPORTED)
    target_include_directories(CUDA::cublasLt INTERFACE ${GRAFT_CUBLASLT_INCLUDE})
    target_link_libraries(CUDA::cublasLt INTERFACE ${GRAFT_CUBLASLT_LIBRARY})
  endif()
endif()
if(NOT CMAKE_CUDA_COMPILER OR NOT TARGET CUDA::cublasLt)
  set(missing "CUDA Toolkit ${oldest_toolkit} or newer, with cuBLAS, not found")
  if(GRAFT_CUDA STREQUAL "ON")
    message(FATAL_ERROR "${missing}: install NVIDIA's package cuda-toolkit, or configure with "
      "-DGRAFT_CUDA=OFF")
  endif()
  message(STATUS "graft: ${missing}, CPU only")
  return()
endif()

if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  # 8.6 and 8.9 run the code of 8.0; the last one carries PTX for what comes later.
  set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90-real 100-real 120)
endif()
enable_language(CUDA)
# CMake 3.25 does not know that nvcc 12 and newer take C++20.
if(CMAKE_VERSION VERSION_LESS 3.26 AND CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA"
    AND NOT "cuda_std_20" IN_LIST CMAKE_CUDA_COMPILE_FEATURES)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
endif()
set(GRAFT_WITH_CUDA ON)
message(STATUS "graft: CUDA Toolkit ${CUDAToolkit_VERSION}, for ${CMAKE_CUDA_ARCHITECTURES}")

# cuDNN comes with no CMake package, and in Python's nvidia-cudnn without the name to link with.
find_path(GRAFT_CUDNN_INCLUDE cudnn_graph.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(GRAFT_CUDNN_LIBRARY NAMES cudnn libcudnn.so.9 HINTS ${CUDAToolkit_LIBRARY_DIR})
mark_as_advanced(GRAFT_CUDNN_INCLUDE GRAFT_CUDNN_LIBRARY)
set(GRAFT_WITH_CUDNN OFF)
if(GRAFT_CUDNN_INCLUDE AND GRAFT_CUDNN_LIBRARY AND NOT GRAFT_CUDNN STREQUAL "OFF")
  add_library(graft::cudnn INTERFACE IMPORTED)
  target_include_directories(graft::cudnn INTERFACE ${GRAFT_CUDNN_INCLUDE})
  target_link_libraries(graft::cudnn INTERFACE ${GRAFT_CUDNN_LIBRARY})
  set(GRAFT_WITH_CUDNN ON)
  message(STATUS "graft: cuDNN ${GRAFT_CUDNN_LIBRARY}")
elseif(GRAFT_CUDNN STREQUAL "ON")
  message(FATAL_ERROR "cuDNN 9 not found: install NVIDIA's libcudnn9-dev-cuda package beside the "
    "CUDA Toolkit, or configure with -DGRAFT_CUDNN=OFF for the convolutions of Graft's own")
else()
  message(STATUS "graft: cuDNN not found, convolutions on GPUs are Graft's own")
endif()
