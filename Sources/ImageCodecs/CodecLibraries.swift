internal import CPNGShim

/// The libraries that the codecs run on.
public enum CodecLibraries {
  /// Their names and the versions that this process has loaded, which need not be those that it
  /// was built with.
  public static var versions: [(name: String, version: String)] {
    [
      ("libpng", String(cString: cpng_libpng_version())),
      ("zlib", String(cString: cpng_zlib_version())),
    ]
  }
}
