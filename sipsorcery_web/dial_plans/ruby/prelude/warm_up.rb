# Runs a plan once before the image is made. What Ruby finds out and writes down while code runs for the first time
# (caches of methods and constants) is in the image then, and no execution has to do it again in memory of its own.
module DialPlan
  class << self
    def warm_up
      run
      @lines&.disable
      @facts = @request = @lines = $req = nil
      $sys = Sys.new
    end
  end
end

DialPlan.warm_up
