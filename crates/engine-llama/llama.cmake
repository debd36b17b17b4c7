# Included by CMake after llama.cpp's own `project`, when llama-cpp-sys-2 builds it (CMAKE_PROJECT_INCLUDE in
# .cargo/config.toml).
#
# llama.cpp's common library is what its programs share: arguments, templates and parsers of chats, downloads over HTTP.
# The bindings want five functions of it, for the predictor (`src/llama/predictor.rs`), so those files are compiled that
# these functions need, and no others: a third of llama.cpp's time to compile, and a process that is to reach no network has
# no HTTP client in it. Were one of them missing after an update, linking fails and names it.
if (NOT PROJECT_NAME STREQUAL "llama.cpp" OR MSVC OR CMAKE_VERSION VERSION_LESS 3.19)
    return()
endif()

function(keep_what_bindings_need)
    if (NOT TARGET llama-common)
        return()
    endif()
    set_target_properties(llama-common PROPERTIES
        SOURCES "common.cpp;fit.cpp;json.cpp;json-schema.cpp;json-schema-to-grammar.cpp;log.cpp;ngram-cache.cpp;ngram-map.cpp;ngram-mod.cpp;reasoning-budget.cpp;sampling.cpp;speculative.cpp;trie.cpp;unicode.cpp")
    get_target_property(libraries llama-common LINK_LIBRARIES)
    list(FILTER libraries EXCLUDE REGEX httplib)
    set_target_properties(llama-common PROPERTIES LINK_LIBRARIES "${libraries}")
    set_target_properties(cpp-httplib vendor-hash PROPERTIES EXCLUDE_FROM_ALL ON)
    if (NOT APPLE)
        target_link_options(llama-common PRIVATE LINKER:--no-undefined)
    endif()
endfunction()

# Once all of its folders were read. (SOURCES are relative to the target's own folder.)
cmake_language(DEFER CALL keep_what_bindings_need)
