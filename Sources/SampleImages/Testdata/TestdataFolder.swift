/// The checked-in files that the decoders are measured by.
enum TestdataFolder {
  static func write(to folder: OutputFolder) throws -> String {
    let samples =
      PNGColourSamples.all + PNGStructureSamples.all + PNGMetadataSamples.all
      + PNMSamples.all + QOISamples.all
      + DamagedPNGHeaders.all + DamagedPNGData.all + ForeignSamples.all
    for sample in samples { try folder.write(sample.bytes, to: sample.path) }
    try folder.write([UInt8](Manifest.text(for: samples)), to: "MANIFEST.tsv")
    let byteCount = samples.reduce(0) { $0 + $1.bytes.count }
    return "\(samples.count) samples, \(byteCount / 1000) kB, and MANIFEST.tsv"
  }
}
