import SystemPackage

/// Why a batch could not start, or had to stop: not one file is bad, but the run.
public struct BatchError: Error, Sendable, CustomStringConvertible {
  /// The kind of the failure; the list can grow.
  public struct Code: Hashable, Sendable {
    /// A word for machines.
    public let name: String

    /// IN, or the list of files, cannot be opened.
    public static let inputUnavailable = Code(name: "inputUnavailable")
    /// IN and OUT are the same.
    public static let overlap = Code(name: "overlap")
    /// Two inputs have one output.
    public static let collision = Code(name: "collision")
    /// OUT cannot be created or written to.
    public static let outputUnavailable = Code(name: "outputUnavailable")
    /// Another run writes to OUT.
    public static let outputInUse = Code(name: "outputInUse")
    /// The device that OUT is on failed while the run went on.
    public static let outputDeviceFailed = Code(name: "outputDeviceFailed")
    /// The system has too few threads, descriptors or bytes.
    public static let systemLacks = Code(name: "systemLacks")
    /// What was asked for contradicts itself.
    public static let invalidPlan = Code(name: "invalidPlan")
  }

  /// The kind of the failure.
  public let code: Code

  /// One sentence for people, with the path it is about.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ code: Code, _ path: FilePath, _ cause: Errno) {
    self.init(code, "\(path.escaped): \(cause.description)")
  }

  /// No descriptor was to be had, although running jobs had time to give theirs back.
  static func tooFewDescriptors(at path: FilePath) -> BatchError {
    BatchError(
      .systemLacks,
      "\(path.escaped): too few file descriptors: a run needs \(Crew.baseDescriptorCount), two for "
        + "each worker, and two for each level of folders")
  }

  /// The message.
  public var description: String { message }
}
