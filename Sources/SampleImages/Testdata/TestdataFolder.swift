/// The checked-in files that the decoders are measured by.
enum TestdataFolder {
  static func write(to folder: OutputFolder) throws -> String {
    let animations = AnimationSamples.all + DamagedAnimations.all
    let samples =
      PNGColourSamples.all + PNGStructureSamples.all + PNGMetadataSamples.all
      + animations.map(\.still) + PNMSamples.all + QOISamples.all
      + DamagedPNGHeaders.all + DamagedPNGData.all + ForeignSamples.all
    for sample in samples { try folder.write(sample.bytes, to: sample.path) }
    try folder.write([UInt8](Manifest.text(for: samples)), to: "MANIFEST.tsv")
    try folder.write([UInt8](AnimationManifest.text(for: animations)), to: "ANIMATIONS.tsv")
    let byteCount = samples.reduce(0) { $0 + $1.bytes.count }
    return "\(samples.count) samples, \(byteCount / 1000) kB, and their manifests"
  }
}
