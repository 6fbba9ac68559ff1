# Install, export (graft::graft), pkg-config file and packages.
include(CMakePackageConfigHelpers)
set(graft_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/graft)

install(TARGETS graft EXPORT graftTargets)
if(GRAFT_BUILD_TOOLS)
  install(TARGETS graft_command)
endif()
if(TARGET graft_cuda)  # if it was built: the program alone needs no Toolkit
  install(TARGETS graft_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/graft OPTIONAL)
endif()
# Folder by folder: installing the link <build>/include/graft would install the link itself.
foreach(folder ${GRAFT_LIBRARY_FOLDERS})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/graft
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

# A static library leaves its private dependencies to the link of whoever uses it.
get_target_property(graft_type graft TYPE)
if(graft_type STREQUAL "STATIC_LIBRARY")
  set(GRAFT_STATIC ON)
else()
  set(GRAFT_STATIC OFF)
endif()
set(GRAFT_PC_LIBS)
if(GRAFT_STATIC)
  set(GRAFT_PC_LIBS "-lpthread -ldl")
  foreach(pair OPENBLAS:-lopenblas ZLIB:-lz JPEG_PNG:-ljpeg\ -lpng)
    string(REPLACE ":" ";" pair "${pair}")
    list(GET pair 0 name)
    list(GET pair 1 libraries)
    if(GRAFT_WITH_${name})
      string(APPEND GRAFT_PC_LIBS " ${libraries}")
    endif()
  endforeach()
  string(APPEND GRAFT_PC_LIBS " -lstdc++")
endif()
# From the file itself, so that an installed tree may lie anywhere: `cmake --install --prefix`.
file(RELATIVE_PATH GRAFT_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" GRAFT_PC_PREFIX "${GRAFT_PC_PREFIX}")

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/graftConfig.cmake.in
  ${PROJECT_BINARY_DIR}/graftConfig.cmake INSTALL_DESTINATION ${graft_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/graftConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/graft.pc.in ${PROJECT_BINARY_DIR}/graft.pc @ONLY)
install(EXPORT graftTargets NAMESPACE graft:: DESTINATION ${graft_cmake_dir})
install(FILES ${PROJECT_BINARY_DIR}/graftConfig.cmake ${PROJECT_BINARY_DIR}/graftConfigVersion.cmake
  DESTINATION ${graft_cmake_dir})
install(FILES ${PROJECT_BINARY_DIR}/graft.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CPACK_PACKAGE_CONTACT "The Graft developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Deep-learning engine for transfer learning")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
