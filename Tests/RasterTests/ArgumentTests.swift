import Raster
import Testing

@Suite("Sizes, colours and positions as they are typed")
struct ArgumentTests {
  @Test(
    "sizes that are understood come back as they were",
    arguments: [
      "800x600", "1x1", "800x", "x600", "50%", "12.5%", "0.001%", "33.333%", "100%", "10000%",
      "1000000x1000000", "99.05%",
    ])
  func sizes(argument: String) throws {
    let size = try #require(SizeRequest(argument: argument))
    #expect(size.description == argument)
    #expect(SizeRequest(argument: size.description) == size)
  }

  @Test("one number is a square box, and zeros at an end mean nothing")
  func equivalents() {
    #expect(SizeRequest(argument: "800") == .box(width: 800, height: 800))
    #expect(SizeRequest(argument: "0800x") == .width(800))
    #expect(SizeRequest(argument: "12.50%") == .percent(thousandths: 12_500))
  }

  @Test(
    "sizes that are not understood are refused",
    arguments: [
      "", "x", "%", "0", "0x5", "5x0", "0%", "0.000%", "-5", "+5", " 5", "5 ", "5x5x5", "5X5",
      "5×5", "1e3", "1000001", "x1000001", "99999999999999999999999", "50%%", "%50", ".5%", "5.%",
      "1.2.3%", "1.2345%", "10001%", "10000.001%", "５", "٥", "0x10x", "5.5", "5.5x7", "5%x", "8 00",
    ])
  func refusedSizes(argument: String) {
    #expect(SizeRequest(argument: argument) == nil)
  }

  @Test("colours")
  func colours() {
    #expect(Colour(argument: "#1f0") == Colour(red: 17, green: 255, blue: 0))
    #expect(Colour(argument: "#1f08") == Colour(red: 17, green: 255, blue: 0, alpha: 136))
    #expect(Colour(argument: "#0a1B2c") == Colour(red: 10, green: 27, blue: 44))
    #expect(Colour(argument: "#0a1b2c00") == Colour(red: 10, green: 27, blue: 44, alpha: 0))
    #expect(Colour(argument: "black") == .black)
    #expect(Colour(argument: "white") == .white)
    #expect(Colour(argument: "transparent") == .transparent)
    for colour in [Colour.black, .white, .transparent, Colour(red: 1, green: 2, blue: 3)] {
      #expect(Colour(argument: colour.description) == colour)
    }
  }

  @Test(
    "colours that are not understood are refused",
    arguments: [
      "", "#", "#1", "#12", "#12345", "#1234567", "#123456789", "123456", "#ggg", "Black",
      "#12 ", "red", "#１２３",
    ])
  func refusedColours(argument: String) {
    #expect(Colour(argument: argument) == nil)
  }

  @Test("positions have one more spelling, and no others")
  func positions() {
    #expect(Position(argument: "center") == .centre)
    for argument in ["", "middle", "Centre", "top left", "left-top"] {
      #expect(Position(argument: argument) == nil)
    }
  }
}
