# Mends what Ruby 1.8 allowed and today's refuses: `when 1: x`, `if a: b`, `sys.Dial ("x", 1)`, CR line ends.
# Only a text that Ruby refuses is touched, and each mark is replaced by one as long, so lines and columns stay.
require "ripper"

module DialPlan
  module OldSyntax
    # ripper/lexer.rb is no part of this Ruby; the scanner's events are.
    class Tokens < Ripper
      attr_reader :list

      def initialize(text)
        super
        @list = []
      end

      PARSER_EVENT_TABLE.each_key { |event| define_method(:"on_#{event}") { |*| nil } }
      SCANNER_EVENT_TABLE.each_key do |event|
        define_method(:"on_#{event}") do |token|
          @list << [lineno, column, event, token]
          token
        end
      end

      def compile_error(*) = nil
      def warn(*) = nil
      def warning(*) = nil
    end

    DEPTH = { lparen: 1, lbracket: 1, lbrace: 1, embexpr_beg: 1, rparen: -1, rbracket: -1, rbrace: -1, embexpr_end: -1 }.freeze
    HEADS = %w[when if elsif unless while until else then].freeze
    ENDS = %i[nl semicolon comment].freeze
    MOST_PASSES = 100
    CALL_WITH_BLANK = /^(\s*(?:\w+\s*=\s*)?(?:sys|req)\.\w+) \((?=.*,)/

    module_function

    # The text as Ruby runs it. Raises SyntaxError.
    def compiled(text) = RubyVM::InstructionSequence.compile(text, "plan", "plan", 1)

    # nil where Ruby takes the text; otherwise its message.
    def refusal(text)
      compiled(text)
      nil
    rescue SyntaxError => e
      e.message
    end

    # To Ruby a lone CR ends no line, so that one comment would be all the rest.
    def with_line_ends(text) = text.gsub(/\r\n?/, "\n")

    # The text that Ruby takes, mended if need be; the text itself where mending does not help.
    def mend(text)
      return text unless refusal(text)

      original = text
      MOST_PASSES.times do # the parser stops at what it cannot read: mend up to there, then look again
        return text unless refusal(text)

        mended = one_pass(text)
        break if mended == text

        text = mended
      end
      refusal(text) ? original : text
    end

    def one_pass(text)
      tokens = Tokens.new(text).tap(&:parse).list
      lines = text.lines.map(&:b)
      old_colons(tokens).each do |line, column|
        lines[line - 1].setbyte(column, ";".ord) if lines[line - 1]&.getbyte(column) == ":".ord
      end
      mended = lines.join.force_encoding(text.encoding)
      mended == text ? text.gsub(CALL_WITH_BLANK) { "#{$1}( " } : mended
    end

    # The places of colons that stood for `then`.
    def old_colons(tokens)
      head = nil
      depth = ternaries = 0
      tokens.each_with_index.filter_map do |(line, column, kind, token), number|
        if kind == :kw && HEADS.include?(token)
          head = depth
          ternaries = 0
          next
        end
        depth += DEPTH.fetch(kind, 0)
        next unless head

        ternaries += 1 if kind == :op && token == "?"
        if depth == head && colon?(kind, token, tokens[number - 1])
          if kind == :op && ternaries.positive?
            ternaries -= 1
          else
            head = nil
            next [line, column + token.bytesize - 1]
          end
        elsif ENDS.include?(kind) || (kind == :kw && %w[then do].include?(token))
          head = nil
        end
        nil
      end
    end

    def colon?(kind, token, before)
      case kind
      when :op then token == ":"
      when :label, :label_end then true
      when :symbeg then token == ":" && !%i[sp kw].include?(before[2])
      end
    end

    # What to write instead, for what is refused and not mended; nil where Ruby's own words have to do.
    def advice(text, line)
      written = text.lines[line - 1].to_s
      case written
      when /\{\s*["'\w]+\s*,/ then "A hash is written with =>: {\"key\" => \"value\"}."
      when /^\s*(when|if|elsif|unless)\b.*[^:]:\s/ then "Write then in place of the colon."
      when /\bretry\b/ then "retry stands inside of rescue only; write a loop."
      when /^\s*(next|break|redo)\b/ then "Outside of a loop write return in place of #{$1}."
      when /[“”„«»‘’]/ then "The quotes were pasted from a text; type \" in their place."
      when /\bcallcc\b|\bBEGIN\b/ then "This is not part of Ruby any more."
      end
    end
  end
end
