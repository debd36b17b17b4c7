# Included by CMake after llama.cpp's own `project` (CMAKE_PROJECT_INCLUDE; crates/kernels/build.rs).
#
# The kernels are linked to ggml-base, which is compiled once more for that and never loaded: the engine brings the one
# of llama-cpp-sys-2's build. So it is compiled without optimisation, which takes a third of the time.
if (NOT MSVC AND NOT CMAKE_VERSION VERSION_LESS 3.19)
    cmake_language(DEFER CALL target_compile_options ggml-base PRIVATE -O0)
endif()
